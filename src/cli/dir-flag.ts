import type { Context } from "./context.ts";

/** The flag that makes a suggested command find the same data. */
export const dirFlag = ({ dir, dirGiven }: Pick<Context, "dir" | "dirGiven">) =>
  dirGiven ? flagFor(dir) : "";

const flagFor = (dir: string) => ` --dir ${/\s/.test(dir) ? JSON.stringify(dir) : dir}`;

/** A hint whose suggested commands find the data that these words, as they were typed, name. */
export function withDirFlag(hint: string, words: readonly string[]): string {
  const at = words.findLastIndex((word) => word === "--dir" || word.startsWith("--dir="));
  const dir = words[at]?.startsWith("--dir=") ? words[at]?.slice("--dir=".length) : words[at + 1];
  if (at === -1 || dir === undefined) return hint;
  return hint.replace(/"hookspool (?![^"]*--help)[a-z][^"]*(?=")/g, (command) => command + flagFor(dir));
}
