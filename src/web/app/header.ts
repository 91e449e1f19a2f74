import type { About } from "../protocol.ts";
import type { Actions } from "./actions/actions.ts";
import type { ConnectionState } from "./connection.ts";
import { byId, el } from "./dom.ts";

/** The top line: where deliveries come in and go to, what waits, and whether this page hears of it. */
export function createHeader(actions: () => Pick<Actions, "hold" | "deliver" | "forge" | "copyText">) {
  const route = byId("route");
  const hold = byId("hold");
  const owed = byId("owed");
  const held = byId("held");
  hold.addEventListener("click", () => actions().hold());
  owed.addEventListener("click", () => actions().deliver());
  byId("forge").addEventListener("click", () => actions().forge());

  return {
    about({ endpoint, local, target, counts, isHeld }: About) {
      const from = endpoint ?? local;
      const copy = () => actions().copyText(from ?? "", "the endpoint");
      const text = from
        ? [
            el("button", { type: "button", class: "link", title: "Copy the endpoint", onclick: copy }, from),
            el("span", { class: "dim" }, ` → ${target ?? ""}`),
          ]
        : [el("span", { class: "dim" }, `history: ${counts.deliveries} deliveries`)];
      // What has the focus stays there while nothing changes.
      if (route.textContent !== text.map((part) => part.textContent).join("")) route.replaceChildren(...text);
      hold.hidden = isHeld === null;
      hold.textContent = isHeld ? "Resume" : "Hold";
      hold.setAttribute("aria-pressed", String(isHeld === true));
      owed.hidden = counts.owed === 0;
      owed.textContent = `Deliver ${counts.owed} owed`;
      held.textContent = isHeld
        ? "Held: deliveries are kept and acknowledged, and wait until you resume."
        : "";
    },
    connection(state: ConnectionState, words: string) {
      const connection = byId("connection");
      connection.dataset.state = state;
      connection.textContent = words;
    },
  };
}
