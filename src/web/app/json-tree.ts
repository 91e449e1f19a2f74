import type { JsonLine } from "../../inspect/pretty.ts";
import { el } from "./dom.ts";
import { foldsOf, seenLines } from "./json-folds.ts";
import { moreAndMore } from "./lines.ts";

export interface JsonTree {
  readonly element: HTMLElement;
  /** Folds all but the outermost; or nothing. */
  foldAll(folds: boolean): void;
}

/** JSON that can be folded: arrows go from one opening to the next, Enter folds it. */
export function jsonTree(lines: readonly JsonLine[]): JsonTree {
  const folds = foldsOf(lines);
  const folded = new Set<number>();
  const element = el("pre", { class: "code tree", tabindex: 0 });
  element.addEventListener("keydown", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>(".fold") : null;
    if (!button) return;
    const isOpen = button.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown") step(button, 1);
    else if (event.key === "ArrowUp") step(button, -1);
    else if (event.key === "ArrowLeft" && isOpen) button.click();
    else if (event.key === "ArrowRight" && !isOpen) button.click();
    else return;
    event.stopPropagation();
    event.preventDefault();
  });
  draw();

  function draw() {
    const seen = seenLines(lines.length, folds, folded);
    element.replaceChildren();
    moreAndMore(element, seen.length, (place) => lineElement(seen[place] ?? 0));
    const first = element.querySelector<HTMLElement>(".fold");
    if (first) first.tabIndex = 0;
  }

  function toggle(at: number) {
    if (!folded.delete(at)) folded.add(at);
    draw();
    focus(element.querySelector<HTMLElement>(`[data-line="${at}"]`));
  }

  function step(from: HTMLElement, by: number) {
    const buttons = [...element.querySelectorAll<HTMLElement>(".fold")];
    focus(buttons[buttons.indexOf(from) + by] ?? null);
  }

  /** Of all the openings, Tab comes to the one that was used last. */
  function focus(button: HTMLElement | null) {
    if (!button) return;
    for (const other of element.querySelectorAll<HTMLElement>('.fold[tabindex="0"]')) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  }

  function lineElement(at: number): HTMLElement {
    const { depth, tokens } = lines[at] as JsonLine;
    const fold = folds.get(at);
    const isFolded = folded.has(at);
    const pieces = tokens.map(tokenPiece);
    const closing = fold && isFolded ? (lines[fold.end]?.tokens ?? []).map(tokenPiece) : [];
    const line = el(
      "span",
      { class: "line" },
      fold &&
        el("button", {
          type: "button",
          class: "fold",
          tabindex: -1,
          "data-line": at,
          "aria-expanded": String(!isFolded),
          "aria-label": `${tokens[0]?.kind === "key" ? tokens[0].text : "the whole"}, ${fold.size} inside`,
          onclick: () => toggle(at),
        }),
      "  ".repeat(Math.min(depth, DEEPEST_SHOWN)),
      ...pieces,
      ...(isFolded ? [el("span", { class: "dim" }, ` … ${fold?.size ?? ""} `), ...closing] : []),
      "\n",
    );
    // Wrapped lines hang below their own beginning.
    line.style.setProperty("--depth", String(Math.min(depth, DEEPEST_SHOWN)));
    return line;
  }

  return {
    element,
    foldAll(folds_) {
      folded.clear();
      if (folds_) for (const at of folds.keys()) if ((lines[at]?.depth ?? 0) > 0) folded.add(at);
      draw();
    },
  };
}

/** Hostile nesting does not push the text out of sight. */
const DEEPEST_SHOWN = 20;

const tokenPiece = ({ kind, text }: JsonLine["tokens"][number]) =>
  kind === "punctuation" ? (text === ":" ? ": " : text) : el("span", { class: `json-${kind}` }, text);
