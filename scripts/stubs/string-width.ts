/**
 * Ink measures every row of every frame, colours and all: looking each character up in Unicode was a fifth of a frame.
 * Where all take one column, the answer is how many there are.
 */
import stringWidth from "../../node_modules/string-width/index.js";
import { isNarrow } from "../../src/tui/narrow.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for.
const colours = /\u001b\[[\d;:]*m/g;

export default function widthOf(text: string, options?: Parameters<typeof stringWidth>[1]): number {
  const plain = options === undefined && text.includes("\u001b") ? text.replace(colours, "") : text;
  return options === undefined && isNarrow(plain) ? plain.length : stringWidth(text, options);
}
