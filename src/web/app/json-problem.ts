/** What may come next in a JSON text. */
type State =
  | "a value"
  | "a value or ]"
  | "a name or }"
  | "a name"
  | ":"
  | ", or }"
  | ", or ]"
  | "nothing more";

const space = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none in a string.
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.])|(?:true|false|null)(?!\w)/y;

/**
 * Where a text ceases to be JSON, and what should stand there; `undefined` where it is JSON. A browser's own
 * message names no line.
 */
export function jsonProblem(text: string): string | undefined {
  const open: ("{" | "[")[] = [];
  let state: State = "a value";
  let at = text.startsWith("\uFEFF") ? 1 : 0;

  /** The end of what a pattern finds right here. */
  const after = (pattern: RegExp): number | undefined => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : undefined;
  };
  const ended = (): State =>
    ({ "{": ", or }", "[": ", or ]", "": "nothing more" })[open.at(-1) ?? ""] as State;

  for (;;) {
    at = after(space) ?? at;
    const sign = text[at] ?? "";
    if (state === "nothing more" && sign === "") return undefined;
    const end: number | undefined =
      state === "a name" || state === "a name or }" ? after(string) : (after(string) ?? after(scalar));
    if ((sign === "{" || sign === "[") && state.startsWith("a value")) {
      open.push(sign);
      state = sign === "{" ? "a name or }" : "a value or ]";
      at += 1;
    } else if (sign !== "" && "}]".includes(sign) && state.endsWith(sign)) {
      open.pop();
      state = ended();
      at += 1;
    } else if (sign === "," && state.startsWith(",")) {
      state = open.at(-1) === "{" ? "a name" : "a value";
      at += 1;
    } else if (sign === ":" && state === ":") {
      state = "a value";
      at += 1;
    } else if (end !== undefined && state.startsWith("a ")) {
      state = state.startsWith("a name") ? ":" : ended();
      at = end;
    } else return `${place(text, at)}: ${state} is expected here`;
  }
}

function place(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
