import type { HeaderPairs } from "../../../core/headers.ts";
import { localTime } from "../../../core/text.ts";
import type { Detail } from "../../protocol.ts";
import { el } from "../dom.ts";

export function headersTab({ delivery }: Detail): readonly HTMLElement[] {
  const { method, path, httpVersion, peer, origin, receivedAt, headers } = delivery;
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
}

/** Fields in the order in which they stood on the wire. */
export function headerTable(headers: HeaderPairs): HTMLElement {
  const rows = headers.map(([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)),
  );
  return el("table", { class: "fields" }, el("tbody", {}, ...rows));
}
