import type { HeaderPairs } from "../../../core/headers.ts";
import { localTime } from "../../../core/text.ts";
import { el } from "../dom.ts";
import type { Tab } from "./tab.ts";

export const headersTab: Tab = {
  name: "Headers",
  part: ({ delivery: { id, headers, origin } }) => [id, headers, origin],
  content({ delivery: { method, path, httpVersion, peer, origin, receivedAt, headers } }) {
    return [
      el(
        "p",
        { class: "request-line" },
        el("strong", {}, method),
        ` ${path} `,
        el("span", { class: "dim" }, `HTTP/${httpVersion}`),
      ),
      el("p", { class: "dim" }, `${origin} ${localTime(receivedAt)}${peer ? ` from ${peer}` : ""}`),
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
