/** A piece of a JSON text, exactly as received. */
export interface JsonToken {
  readonly kind: "key" | "string" | "number" | "word" | "punctuation";
  readonly text: string;
}

/** One line of indented JSON. A colon or comma stands with what it follows. */
export interface JsonLine {
  /** Nesting, from 0. A number rather than spaces: hostile nesting must not cost memory. */
  readonly depth: number;
  readonly tokens: readonly JsonToken[];
}

interface PrettyOptions {
  /** The text is the beginning of a longer one. */
  readonly cut?: boolean;
}

/**
 * JSON in lines, in its own key order and with every number and string as it was sent: only whitespace between
 * tokens changes. `undefined` where the text is not JSON, or not an object or array.
 */
export function indentJson(
  text: string,
  { cut = false }: PrettyOptions = {},
): readonly JsonLine[] | undefined {
  if (!/^\uFEFF?\s*[{[]/.test(text) || !(cut || isJson(text))) return undefined;
  const lines: JsonLine[] = [];
  let tokens: JsonToken[] = [];
  let depth = 0;
  const endLine = () => {
    if (tokens.length > 0) lines.push({ depth, tokens });
    tokens = [];
  };
  const all = [...tokensOf(text)];
  for (const [i, token] of all.entries()) {
    const before = all[i - 1]?.text;
    const next = all[i + 1]?.text;
    const closes = token.text === "}" || token.text === "]";
    if (closes && before !== "{" && before !== "[") {
      endLine();
      depth = Math.max(0, depth - 1);
    }
    tokens.push(token.kind === "string" && next === ":" ? { kind: "key", text: token.text } : token);
    if (token.text === ",") endLine();
    if ((token.text === "{" || token.text === "[") && next !== "}" && next !== "]") {
      endLine();
      depth += 1;
    }
  }
  endLine();
  return lines;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ""));
    return true;
  } catch {
    return false;
  }
}

/** A string may end with the text where that was cut. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[{}[\],:]|[^\s{}[\],:"]+/gs;

function* tokensOf(text: string): Generator<JsonToken> {
  for (const [found] of text.replace(/^\uFEFF/, "").matchAll(token))
    yield { kind: kindOf(found), text: found };
}

function kindOf(text: string): JsonToken["kind"] {
  if (text.startsWith('"')) return "string";
  if (/^[{}[\],:]$/.test(text)) return "punctuation";
  return /^-?\d/.test(text) ? "number" : "word";
}
