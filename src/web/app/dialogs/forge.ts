import type { ForgeWish } from "../../../core/actions.ts";
import type { Forgeable } from "../../protocol.ts";
import { el } from "../dom.ts";
import { closeButton, openDialog } from "./dialog.ts";

/** What was forged last in this tab comes first. */
const lastKey = "hookspool-forged";

/** Rows drawn; who looks for more types more. */
const MOST_ROWS = 100;

/** Asks what to forge: type a part of its name, choose with the arrows. */
export async function chooseForgery(all: readonly Forgeable[]): Promise<ForgeWish | undefined> {
  let chosen: ForgeWish | undefined;
  let found: readonly Forgeable[] = [];
  let at = 0;
  const last = sessionStorage.getItem(lastKey);
  const ordered = [...all].sort((a, b) => Number(nameOf(b) === last) - Number(nameOf(a) === last));
  const input = el("input", {
    type: "text",
    role: "combobox",
    "aria-label": "Provider and event",
    "aria-expanded": "true",
    "aria-controls": "forgeable",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "wavespeed completed",
  });
  const list = el("ul", { id: "forgeable", role: "listbox", "aria-label": "What can be forged" });

  function look() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = ordered.filter((one) => words.every((word) => nameOf(one).includes(word))).slice(0, MOST_ROWS);
    at = 0;
    list.replaceChildren(...found.map(option));
    if (found.length === 0)
      list.append(
        el("li", { class: "empty", role: "option", "aria-disabled": "true" }, "Nothing has such a name."),
      );
    mark();
  }

  function option(one: Forgeable, place: number): HTMLElement {
    const { wish, about } = one;
    return el(
      "li",
      { role: "option", id: `forgeable-${place}`, onclick: () => take(one) },
      el("strong", {}, wish.provider),
      ` ${wish.name}`,
      el(
        "span",
        { class: "dim" },
        ` ${[wish.isScenario ? "scenario" : "", about].filter(Boolean).join(": ")}`,
      ),
    );
  }

  function mark() {
    for (const [place, row] of [...list.children].entries())
      row.setAttribute("aria-selected", String(place === at && found.length > 0));
    if (found.length > 0) input.setAttribute("aria-activedescendant", `forgeable-${at}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function take(one: Forgeable | undefined) {
    if (!one) return;
    sessionStorage.setItem(lastKey, nameOf(one));
    chosen = one.wish;
    dialog.close();
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") return take(found[at]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    at = Math.min(found.length - 1, Math.max(0, at + step));
    mark();
  });
  const dialog = openDialog({
    name: "forge",
    title: "Forge a delivery",
    content: [
      input,
      list,
      el(
        "div",
        { class: "choices" },
        closeButton(() => dialog.close(), "Never mind"),
      ),
    ],
  });
  look();
  input.focus();
  await dialog.closed;
  return chosen;
}

const nameOf = ({ wish: { provider, name, isScenario } }: Forgeable) =>
  `${provider} ${name}${isScenario ? " scenario" : ""}`.toLowerCase();
