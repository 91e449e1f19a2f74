import type { Context } from "./context.ts";

/** The flag that makes a suggested command find the same data; empty where it needs none. */
export const dirFlag = ({ dir, dirGiven }: Pick<Context, "dir" | "dirGiven">) =>
  dirGiven ? flagFor(dir) : "";

/** The same of a command line as it was typed, which may be wrong. */
export function typedDirFlag(words: readonly string[]): string {
  const at = words.findLastIndex((word) => word === "--dir" || word.startsWith("--dir="));
  const dir = words[at]?.startsWith("--dir=") ? words[at]?.slice("--dir=".length) : words[at + 1];
  return at === -1 || dir === undefined ? "" : flagFor(dir);
}

const flagFor = (dir: string) => ` --dir ${/\s/.test(dir) ? JSON.stringify(dir) : dir}`;

/** A hint with a flag behind each command that it suggests. */
export const withFlag = (hint: string, flag: string) =>
  hint.replace(/"hookspool (?![^"]*--help)[a-z][^"]*(?=")/g, (command) => command + flag);
