import type { Content } from "../../protocol.ts";
import { type BodyView, type ShownBody, shownBody, viewsOf } from "../body.ts";
import { el } from "../dom.ts";
import type { Tab } from "./tab.ts";

export interface BodyTab extends Tab {
  /** Folds or unfolds all of what is shown, if that can be folded. */
  foldAll(folds: boolean): void;
}

/** The body in one of its views; the one that was chosen stays for the next delivery. */
export function createBodyTab(): BodyTab {
  let view: BodyView = "tree";
  let shown: ShownBody | undefined;

  function content(body: Content): readonly HTMLElement[] {
    const views = viewsOf(body);
    shown = shownBody(body, views.includes(view) ? view : (views[0] ?? "raw"));
    const box = el("div", { class: "body" }, shown.element);
    if (views.length < 2 || body.size === 0) return [box];
    const foldButton = (name: string, folds: boolean) =>
      el("button", { type: "button", class: "folding", onclick: () => shown?.tree?.foldAll(folds) }, name);
    const folding = [foldButton("Fold", true), foldButton("Unfold", false)];
    const buttons = views.map((name) => el("button", { type: "button", onclick: () => look(name) }, name));
    const mark = (name: BodyView) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === name));
      for (const button of folding) button.hidden = shown?.tree === undefined;
    };
    function look(name: BodyView) {
      view = name;
      shown = shownBody(body, name);
      box.replaceChildren(shown.element);
      mark(name);
    }
    mark(views.includes(view) ? view : (views[0] ?? "raw"));
    const choice = el(
      "div",
      { class: "views", role: "group", "aria-label": "How the body is shown" },
      ...buttons,
      ...folding,
    );
    return [choice, box];
  }

  return {
    name: "Body",
    part: ({ delivery, body }) => [delivery.id, body],
    content: ({ body }) => content(body),
    foldAll: (folds) => shown?.tree?.foldAll(folds),
  };
}
