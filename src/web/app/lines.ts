import { el } from "./dom.ts";

/** Lines drawn at once; the rest on demand. */
const LINES_AT_ONCE = 2_000;

/** Fills a box with lines, made as they are asked for, and a button for what is left. */
export function moreAndMore(box: HTMLElement, count: number, lineAt: (at: number) => HTMLElement): void {
  const add = (from: number) => {
    const end = Math.min(count, from + LINES_AT_ONCE);
    for (let at = from; at < end; at += 1) box.append(lineAt(at));
    if (end === count) return;
    const button = el("button", { type: "button", onclick: next }, `${count - end} more lines`);
    function next() {
      button.remove();
      add(end);
    }
    box.append(button);
  };
  add(0);
}
