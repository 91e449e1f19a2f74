import type { DeliverySummary } from "../../../core/delivery.ts";
import { clockTime, eventText, msText } from "../../../core/text.ts";
import type { Detail } from "../../protocol.ts";
import { el } from "../dom.ts";
import { eventSign } from "../words.ts";

/** All that came about one job, in the order in which it came. */
export function jobTab({ delivery, job }: Detail, open: (id: number) => void): readonly HTMLElement[] {
  if (delivery.job === null) return [el("p", { class: "dim" }, "No job is known for this delivery.")];
  const [first] = job;
  const items = job.map((other) => jobItem(other, first ?? other, delivery.id, open));
  return [
    el("p", {}, el("span", { class: "dim" }, "job "), delivery.job),
    el("ol", { class: "timeline" }, ...items),
  ];
}

function jobItem(
  delivery: DeliverySummary,
  first: DeliverySummary,
  current: number,
  open: (id: number) => void,
) {
  const [sign, tone] = eventSign(delivery);
  const { id, receivedAt, event, eventName, duplicateOf } = delivery;
  const later = receivedAt - first.receivedAt;
  const status = delivery.lastStatus ?? delivery.lastOutcome ?? "";
  const go = el("button", { type: "button", class: "link", onclick: () => open(id) }, `#${id}`);
  return el(
    "li",
    { "aria-current": id === current ? "true" : undefined },
    go,
    el("span", { class: "dim" }, clockTime(receivedAt)),
    el("span", { class: "dim later" }, later === 0 ? "" : `+${msText(later)}`),
    el("span", { class: tone }, `${sign} ${eventText(event, eventName) ?? "?"}`),
    el("span", {}, String(status)),
    duplicateOf === null ? undefined : el("span", { class: "warn" }, `again, first #${duplicateOf}`),
  );
}
