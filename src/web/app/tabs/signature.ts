import { el } from "../dom.ts";
import { verdictSign } from "../words.ts";
import type { Tab } from "./tab.ts";

/** The verdict and why it is that. */
export const signatureTab: Tab = {
  name: "Signature",
  part: ({ delivery }) => [delivery.id, delivery.verdict, delivery.explanation, delivery.provider],
  content({ delivery }) {
    const { verdict, reason, explanation, provider, dedupeKey, duplicateOf, digest, refusal } = delivery;
    const [sign, tone] = verdictSign(delivery);
    const facts: readonly (readonly [string, string | null])[] = [
      ["provider", provider],
      ["dedupe key", dedupeKey],
      ["duplicate of", duplicateOf === null ? null : `#${duplicateOf}`],
      ["turned away", refusal],
      ["sha256", digest],
    ];
    const rows = facts.flatMap(([name, value]) =>
      value === null ? [] : [el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value))],
    );
    return [
      el("p", { class: `verdict-line ${tone}` }, `${sign} ${verdict}${reason ? ` (${reason})` : ""}`),
      el("p", { class: "explanation" }, explanation),
      el("table", { class: "fields" }, el("tbody", {}, ...rows)),
    ];
  },
};
