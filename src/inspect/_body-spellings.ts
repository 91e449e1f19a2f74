interface BodySpelling {
  readonly body: Uint8Array;
  /** To stand after "the body". */
  readonly how: string;
}

/** What a body becomes in the hands of programs that parse it and write it again, made one at a time. */
export function* bodySpellings(body: Uint8Array): Generator<BodySpelling> {
  const text = Buffer.from(body).toString();
  yield* spellings(text, lineSpellings);
  const value = parsed(text);
  if (value === undefined || nesting(text) > MAX_NESTING) return;
  for (const spelling of spellings(text, jsonSpellings(value))) {
    yield spelling;
    yield {
      body: Buffer.concat([spelling.body, Buffer.from("\n")]),
      how: `${spelling.how}, with a newline at its end`,
    };
  }
}

type Writer = readonly [how: string, write: (text: string) => string];

function* spellings(text: string, writers: readonly Writer[]): Generator<BodySpelling> {
  for (const [how, write] of writers) yield { how, body: Buffer.from(write(text)) };
}

const lineSpellings: readonly Writer[] = [
  ["with a newline at its end", (text) => `${text}\n`],
  ["without the newline at its end", (text) => text.replace(/\r?\n$/, "")],
  ["without the whitespace around it", (text) => text.trim()],
  ["with LF for each CRLF", (text) => text.replaceAll("\r\n", "\n")],
  ["with CRLF for each LF", (text) => text.replaceAll(/\r?\n/g, "\r\n")],
];

const jsonSpellings = (value: unknown): readonly Writer[] => [
  ["as JSON.stringify writes it", () => JSON.stringify(value)],
  ["indented by two spaces", () => JSON.stringify(value, null, 2)],
  ["indented by four spaces", () => JSON.stringify(value, null, 4)],
  ["indented by tabs", () => JSON.stringify(value, null, "\t")],
  ["without whitespace", withoutWhitespace],
  ["as Python's json.dumps writes it", (text) => escaped(spaced(withoutWhitespace(text)))],
  ["with a space after each comma and colon", (text) => spaced(withoutWhitespace(text))],
  ["without whitespace, with \\u escapes", (text) => escaped(withoutWhitespace(text))],
];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Numbers and escapes stay as they were written, which JSON.parse would not keep. */
const withoutWhitespace = (json: string) => json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");

const spaced = (compact: string) =>
  compact.replace(/("(?:[^"\\]|\\.)*")|([,:])/g, (_match, string, mark) => string ?? `${mark} `);

const escaped = (json: string) =>
  json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Indentation grows with the square of the depth, and anybody can send a body. */
const MAX_NESTING = 200;

/** At least as deep as the JSON, for it counts brackets inside strings too. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === "[" || char === "{") deepest = Math.max(deepest, ++depth);
    else if (char === "]" || char === "}") depth--;
  }
  return deepest;
}
