import { el } from "./dom.ts";
import { keyBindings, keyName } from "./keys.ts";

interface Choice<Value> {
  /** Pressed to choose it. */
  readonly key: string;
  readonly name: string;
  readonly value: Value;
}

/** Asks one thing; `undefined` where the person would rather not. */
export function choose<Value>(
  question: string,
  choices: readonly Choice<Value>[],
): Promise<Value | undefined> {
  return new Promise((resolve) => {
    let chosen: Value | undefined;
    const take = (value: Value | undefined) => {
      chosen = value;
      dialog.close();
    };
    const buttons = choices.map(({ key, name, value }) =>
      el("button", { type: "button", onclick: () => take(value) }, `${name} `, el("kbd", {}, key)),
    );
    const cancel = el(
      "button",
      { type: "button", onclick: () => take(undefined) },
      "Never mind ",
      el("kbd", {}, "Esc"),
    );
    const dialog: HTMLDialogElement = el(
      "dialog",
      { class: "ask", "aria-labelledby": "question" },
      el("p", { id: "question" }, question),
      el("div", { class: "choices" }, ...buttons, cancel),
    );
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const choice = choices.find(({ key }) => key === event.key);
      if (choice) take(choice.value);
      else if (event.key === "q" || event.key === "n") take(undefined);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function showHelp(): void {
  const rows = keyBindings.map(({ keys, does }) => {
    const names = keys.flatMap((key, i) => [...(i > 0 ? [" "] : []), el("kbd", {}, keyName(key))]);
    return el("tr", {}, el("th", { scope: "row" }, ...names), el("td", {}, does));
  });
  const dialog: HTMLDialogElement = el(
    "dialog",
    { class: "help", "aria-labelledby": "help-title" },
    el("h2", { id: "help-title" }, "Keys"),
    el("table", {}, el("tbody", {}, ...rows)),
    el(
      "p",
      { class: "dim" },
      "A filter: status:5xx event:failed provider:wazza sig:rejected job:… is:owed text",
    ),
    el("button", { type: "button", onclick: () => dialog.close() }, "Close"),
  );
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "q" || event.key === "?") dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
