import { byteText, printable } from "../../../core/text.ts";
import type { SignatureFacts } from "../../../core/verdict.ts";
import type { Detail } from "../../protocol.ts";
import { el } from "../dom.ts";
import { verdictSign } from "../words.ts";
import type { Tab } from "./tab.ts";

interface SignatureOptions {
  /** What a delivery's signature is compared with; `null` where there is nothing to compare. */
  readonly load: (id: number) => Promise<SignatureFacts | null>;
}

type Fact = readonly [name: string, value: string | null];

/** The verdict, why it is that, and what it was drawn from: what was signed, expected and received. */
export function createSignatureTab({ load }: SignatureOptions): Tab {
  function content({ delivery }: Detail): readonly HTMLElement[] {
    const { id, verdict, reason, explanation, provider, dedupeKey, duplicateOf, digest, refusal } = delivery;
    const [sign, tone] = verdictSign(delivery);
    const compared = el("tbody", { class: "compared" });
    const problem = el("p", { class: "bad", hidden: true });
    load(id).then(
      (facts) => compared.append(...(facts ? comparison(facts) : [])),
      (error: Error) => {
        problem.textContent = `What was compared is not known: ${error.message}`;
        problem.hidden = false;
      },
    );
    return [
      el("p", { class: `verdict-line ${tone}` }, `${sign} ${verdict}${reason ? ` (${reason})` : ""}`),
      el("p", { class: "explanation" }, explanation),
      problem,
      el(
        "table",
        { class: "fields facts" },
        el("tbody", {}, ...factRows([["provider", provider]])),
        compared,
        el(
          "tbody",
          {},
          ...factRows([
            ["dedupe key", dedupeKey],
            ["duplicate of", duplicateOf === null ? null : `#${duplicateOf}`],
            ["turned away", refusal],
            ["sha256", digest],
          ]),
        ),
      ),
    ];
  }

  return {
    name: "Signature",
    part: ({ delivery }) => [delivery.id, delivery.verdict, delivery.explanation, delivery.provider],
    content,
  };
}

function comparison(facts: SignatureFacts): readonly HTMLElement[] {
  const { scheme, header, expected, received, signed, signedBytes, isSignedCut, source } = facts;
  const text = el("div", { class: "exact" }, `${printable(signed ?? "")}${isSignedCut ? "…" : ""}`);
  const size = el("div", { class: "dim" }, `${byteText(signedBytes ?? 0)} in all`);
  return [
    ...factRows([
      ["scheme", scheme],
      ["in header", header],
      ["expected", expected],
      ["received", received && printable(received)],
    ]),
    ...(signed === null ? [] : [factRow("signed", text, size)]),
    ...factRows([["sent from", source && printable(source)]]),
  ];
}

const factRows = (facts: readonly Fact[]) =>
  facts.flatMap(([name, value]) => (value === null ? [] : [factRow(name, value)]));

const factRow = (name: string, ...value: readonly (HTMLElement | string)[]) =>
  el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, ...value));
