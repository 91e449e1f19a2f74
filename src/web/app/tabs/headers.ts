import type { HeaderPairs } from "../../../core/headers.ts";
import { localTime, printable } from "../../../core/text.ts";
import { el } from "../dom.ts";
import type { Tab } from "./tab.ts";

export const headersTab: Tab = {
  name: "Headers",
  part: ({ delivery: { id, headers, origin } }) => [id, headers, origin],
  content({ delivery }) {
    const { method, path, httpVersion, peer, clientAddress, withheld = [] } = delivery;
    const { origin, receivedAt, headers } = delivery;
    const about = [
      `${origin} ${localTime(receivedAt)}${peer ? ` from ${peer}` : ""}`,
      ...(clientAddress ? [`sent from ${printable(clientAddress)}, the tunnel says`] : []),
      ...(withheld.length > 0
        ? [`withheld: ${withheld.map(printable).join(", ")} (the endpoint's own credential)`]
        : []),
    ];
    return [
      el(
        "p",
        { class: "request-line" },
        el("strong", {}, method),
        ` ${path} `,
        el("span", { class: "dim" }, `HTTP/${httpVersion}`),
      ),
      el("div", { class: "dim" }, ...about.map((line) => el("div", {}, line))),
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
