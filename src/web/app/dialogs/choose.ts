import { el } from "../dom.ts";
import { closeButton, openDialog } from "./dialog.ts";

interface Choice<Value> {
  /** Pressed to choose it. */
  readonly key: string;
  readonly name: string;
  readonly value: Value;
}

/** Asks one thing; `undefined` where the person would rather not. */
export async function choose<Value>(
  question: string,
  choices: readonly Choice<Value>[],
): Promise<Value | undefined> {
  let chosen: Value | undefined;
  const take = (value: Value | undefined) => {
    chosen = value;
    dialog.close();
  };
  const buttons = choices.map(({ key, name, value }) =>
    el("button", { type: "button", onclick: () => take(value) }, `${name} `, el("kbd", {}, key)),
  );
  const dialog = openDialog({
    name: "ask",
    title: question,
    content: [
      el(
        "div",
        { class: "choices" },
        ...buttons,
        closeButton(() => take(undefined), "Never mind"),
      ),
    ],
    onKey(key) {
      const choice = choices.find((one) => one.key === key);
      if (choice) take(choice.value);
      else if (key === "q" || key === "n") take(undefined);
    },
  });
  await dialog.closed;
  return chosen;
}
