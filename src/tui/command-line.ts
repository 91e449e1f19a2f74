import { type Command, commandWords } from "./keymap.ts";

/** What a line of the command line means. */
export type LineMeaning =
  | { readonly kind: "command"; readonly command: Command; readonly rest: string }
  /** A delivery by its number. */
  | { readonly kind: "go"; readonly id: number }
  | { readonly kind: "nothing" }
  /** No command's name, or the beginning of several. */
  | { readonly kind: "problem" };

/** Reads a command by its name, or by as much of it as is no other's; what follows are its words. */
export function readLine(text: string): LineMeaning {
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (word === "") return { kind: "nothing" };
  if (/^#?\d+$/.test(word)) return { kind: "go", id: Number(word.replace("#", "")) };
  const found = candidates(word);
  const command = found.find((name) => name === word) ?? (found.length === 1 ? found[0] : undefined);
  return command === undefined ? { kind: "problem" } : { kind: "command", command, rest };
}

/** The commands whose names begin so. */
export function candidates(word: string): readonly Command[] {
  return commandWords.filter((name) => name.startsWith(word));
}

/** The line with its first word as long as it is no other's. */
export function completed(text: string): string {
  const word = text.trimStart();
  if (/\s/.test(word)) return text;
  const found = candidates(word);
  const [first = word] = found;
  if (found.length === 1) return `${first} `;
  let length = first.length;
  while (!found.every((name) => name.startsWith(first.slice(0, length)))) length -= 1;
  return first.slice(0, Math.max(length, word.length));
}
