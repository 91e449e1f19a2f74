import type { HeaderPairs } from "../core/headers.ts";
import { redactHeaders, redactPath } from "./redact.ts";

/** Of a longer body, this much of its beginning is searched. */
export const SEARCHED_BODY_BYTES = 64 * 1024;

interface Searched {
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly job: string | null;
  /** The first {@link SEARCHED_BODY_BYTES}, or the whole. */
  readonly body: Uint8Array;
}

/** All of a delivery that full text is looked for in: what a person is shown of it, so that no secret can be guessed. */
export function searchableText({ path, headers, job, body }: Searched): string {
  const shown = redactHeaders(headers);
  const lines = headers.map(([name, value], i) => (shown[i]?.[1] === value ? `${name}: ${value}` : name));
  return [redactPath(path), ...lines, job ?? "", bodyText(body)].join("\n");
}

/** A body that is text; nothing of one that is not. */
function bodyText(body: Uint8Array): string {
  const part = body.subarray(0, SEARCHED_BODY_BYTES);
  if (part.includes(0)) return "";
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(part, { stream: true });
    return /^\s*[[{"]/.test(text) ? unescapeJson(text) : text;
  } catch {
    return "";
  }
}

/** Senders write `é` as `\u00e9`: the beginning of a JSON text, with such characters as they are meant. */
function unescapeJson(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(?:u([0-9a-f]{4})|(.))/gi, (_whole, code?: string, character?: string) => {
    if (code !== undefined) return code === "0000" ? " " : String.fromCharCode(Number.parseInt(code, 16));
    return character === "/" || character === '"' || character === "\\" ? character : " ";
  });
}

/**
 * Words as SQLite's `unicode61` takes them: runs of letters and digits, without regard to case. Each of `words` is
 * one run or several that stand one after another (`task_1`, `fat cat`); the last is a beginning where a `*` follows.
 */
export interface Phrase {
  readonly runs: readonly [string, ...string[]];
  readonly isBeginning: boolean;
}

/** Words of punctuation only ask nothing. */
export function readPhrases(words: readonly string[]): Phrase[] {
  return words.flatMap((word) => {
    const [first, ...more] = word.match(runs) ?? [];
    return first === undefined ? [] : [{ runs: [first, ...more], isBeginning: word.trimEnd().endsWith("*") }];
  });
}

const letter = "\\p{L}\\p{N}\\p{Co}";
/** What goes on with a run, but begins none: accents of their own. */
const more = `${letter}\\u0300-\\u0331`;
const runs = new RegExp(`[${letter}][${more}]*`, "gu");

/** Whether a text has all of them. */
export function textMatcher(phrases: readonly Phrase[]): (text: string) => boolean {
  const patterns = phrases.map(({ runs, isBeginning }) => {
    const end = `(?![${more}])`;
    const between = `${end}[^${letter}]+`;
    return new RegExp(
      `(?<![${letter}][\\u0300-\\u0331]*)${runs.join(between)}${isBeginning ? "" : end}`,
      "iu",
    );
  });
  return (text) => patterns.every((pattern) => pattern.test(text));
}
