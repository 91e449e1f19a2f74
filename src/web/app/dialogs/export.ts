import { el } from "../dom.ts";
import { closeButton, openDialog } from "./dialog.ts";

/** The formats, with the terminal UI's keys. */
const formats = [
  { key: "c", format: "curl", name: "curl commands" },
  { key: "f", format: "fixture", name: "Fixture for tests" },
  { key: "a", format: "har", name: "HAR archive" },
  { key: "h", format: "http", name: "HTTP message" },
  { key: "j", format: "json", name: "JSON lines" },
] as const;

export interface ExportChoice {
  readonly format: (typeof formats)[number]["format"];
  readonly secrets: "masked" | "shown";
}

/** Asks how deliveries are to be written down; `undefined` where the person would rather not. */
export async function chooseExport(what: string): Promise<ExportChoice | undefined> {
  let chosen: ExportChoice | undefined;
  const reveal = el("input", { type: "checkbox" });
  const take = ({ format }: (typeof formats)[number]) => {
    chosen = { format, secrets: reveal.checked ? "shown" : "masked" };
    dialog.close();
  };
  const buttons = formats.map((one) =>
    el("button", { type: "button", onclick: () => take(one) }, `${one.name} `, el("kbd", {}, one.key)),
  );
  const dialog = openDialog({
    name: "ask",
    title: `Export ${what}`,
    content: [
      el("p", {}, el("label", {}, reveal, " With signatures, tokens and cookies; otherwise they are masked")),
      el(
        "div",
        { class: "choices" },
        ...buttons,
        closeButton(() => dialog.close(), "Never mind"),
      ),
    ],
    onKey(key) {
      const one = formats.find((format) => format.key === key);
      if (one) take(one);
      else if (key === "q") dialog.close();
    },
  });
  await dialog.closed;
  return chosen;
}
