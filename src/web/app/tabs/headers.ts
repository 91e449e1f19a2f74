import type { HeaderPairs } from "../../../core/headers.ts";
import { arrivalLines } from "../../../inspect/arrival.ts";
import { el } from "../dom.ts";
import type { Tab } from "./tab.ts";

export const headersTab: Tab = {
  name: "Headers",
  part: ({ delivery: { id, headers, origin } }) => [id, headers, origin],
  content({ delivery }) {
    const { method, path, httpVersion, headers } = delivery;
    return [
      el(
        "p",
        { class: "request-line" },
        el("strong", {}, method),
        ` ${path} `,
        el("span", { class: "dim" }, `HTTP/${httpVersion}`),
      ),
      el("div", { class: "dim" }, ...arrivalLines(delivery).map((line) => el("div", {}, line))),
      headerTable(headers),
    ];
  },
};

/** Fields in the order in which they stood on the wire. */
export function headerTable(headers: HeaderPairs): HTMLElement {
  const rows = headers.map(([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)),
  );
  return el("table", { class: "fields" }, el("tbody", {}, ...rows));
}
