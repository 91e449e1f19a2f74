/**
 * Ink takes each frame apart into cells and joins them again, twice: half of what a frame costs, and more while that
 * is new to V8. Where a frame is one text in the upper left corner, each row of which ends its own colours, its rows
 * are what would come of it.
 */
import Output from "../../node_modules/ink/build/output.js";

export default class TextOutput extends Output {
  #first: Parameters<Output["write"]> | undefined;
  #isAlone = true;

  override write(...words: Parameters<Output["write"]>) {
    const [x, y, text] = words;
    this.#isAlone &&= !this.#first && x === 0 && y === 0 && !unseen.test(text);
    this.#first ??= words;
    super.write(...words);
  }

  override clip(...words: Parameters<Output["clip"]>) {
    this.#isAlone = false;
    super.clip(...words);
  }

  override get() {
    if (!this.#first || !this.#isAlone) return super.get();
    const [, , text, { transformers }] = this.#first;
    const rows = text
      .split("\n")
      .map((row, i) => transformers.reduce((line, transform) => transform(line, i), row).trimEnd());
    const output = Array.from({ length: this.height }, (_, i) => rows[i] ?? "").join("\n");
    return { output, height: this.height };
  }
}

/** What takes no cell, and is left out by Ink. */
const unseen = /\p{Default_Ignorable_Code_Point}/u;
