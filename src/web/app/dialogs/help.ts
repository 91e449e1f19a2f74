import { el } from "../dom.ts";
import { keyBindings, keyName } from "../keys.ts";
import { closeButton, openDialog } from "./dialog.ts";

export function showHelp(): void {
  const rows = keyBindings.map(({ keys, does }) => {
    const names = keys.flatMap((key, i) => [...(i > 0 ? [" "] : []), el("kbd", {}, keyName(key))]);
    return el("tr", {}, el("th", { scope: "row" }, ...names), el("td", {}, does));
  });
  const dialog = openDialog({
    name: "help",
    title: "Keys",
    content: [
      el("table", {}, el("tbody", {}, ...rows)),
      el(
        "p",
        { class: "dim" },
        "A filter: status:5xx event:failed provider:wazza sig:rejected job:… is:owed text",
      ),
      el(
        "div",
        { class: "choices" },
        closeButton(() => dialog.close()),
      ),
    ],
    onKey(key) {
      if (key === "q" || key === "?") dialog.close();
    },
  });
}
