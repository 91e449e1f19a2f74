import type { Attempt } from "../core/attempt.ts";
import { succeeded } from "../core/attempt.ts";
import type { Delivery } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import { byteText, clockTime, localTime, msText } from "../core/text.ts";
import type { SignatureFacts } from "../core/verdict.ts";
import { arrivalLines } from "../inspect/arrival.ts";
import { asText } from "../inspect/dump.ts";
import { mediaIn } from "../inspect/media.ts";
import { redactHeaders, redactPath } from "../inspect/redact.ts";
import { jobTimeline, type Step, type Timeline } from "../inspect/timeline.ts";
import { bodyRows } from "./body-lines.ts";
import { drawable, inColumns } from "./cells.ts";
import type { TextRow } from "./detail-text.ts";
import { type Line, type Span, wrapLine } from "./line.ts";
import { eventSign, verdictSign } from "./list-row.ts";
import type { Detail, OutputFacts, Tab } from "./state.ts";
import type { Tone } from "./theme.ts";

/** What a tab's text depends on besides its delivery. */
export interface TabFacts {
  readonly columns: number;
  readonly wrap: boolean;
  readonly folds: ReadonlySet<number>;
  readonly outputs: ReadonlyMap<string, OutputFacts>;
  readonly signature: SignatureFacts | null;
}

/** The whole text of one tab of a delivery. */
export function tabRows(tab: Tab, detail: Detail, facts: TabFacts): readonly TextRow[] {
  switch (tab) {
    case "body":
      return bodyRows({ bytes: detail.body, size: detail.delivery.bytes }, facts);
    case "headers":
      return plain(headersTab(detail.delivery, facts));
    case "response":
      return responseTab(detail.attempts, facts);
    case "signature":
      return plain(signatureTab(detail.delivery, facts));
    case "attempts":
      return plain(attemptsTab(detail, facts));
    case "job":
      return jobTab(detail, facts);
  }
}

const plain = (lines: readonly Line[]): TextRow[] => lines.map((line) => ({ line }));

function headersTab(delivery: Delivery, facts: TabFacts): Line[] {
  const { method, path, httpVersion } = delivery;
  return [
    ...wrapped(
      [[`${method} `, "strong"], [drawable(redactPath(path))], [`  HTTP/${httpVersion}`, "dim"]],
      facts,
    ),
    ...arrivalLines(delivery).flatMap((text) => wrapped([[drawable(text), "dim"]], facts)),
    [],
    ...headerLines(delivery.headers, facts),
  ];
}

function headerLines(headers: HeaderPairs, facts: TabFacts): Line[] {
  return redactHeaders(headers).flatMap(([name, value]) =>
    wrapped([[`${drawable(name)}: `, "key"], [drawable(value)]], facts, 2),
  );
}

function responseTab(attempts: readonly Attempt[], facts: TabFacts): TextRow[] {
  const last = attempts.at(-1);
  if (!last) return plain([[["No answer yet.", "dim"]]]);
  const title = wrapped(attemptTitle(last), facts);
  if (!last.response) return plain(title);
  const { headers, body, bytes } = last.response;
  return [
    ...plain([...title, [], ...headerLines(headers, facts), []]),
    ...bodyRows({ bytes: body, size: bytes }, { ...facts, folds: new Set() }).map(({ line }) => ({ line })),
  ];
}

/** What stands before a fact. */
const LABEL = 14;

function signatureTab(delivery: Delivery, facts: TabFacts): Line[] {
  const { verdict, reason, explanation, provider, dedupeKey, duplicateOf, digest, refusal } = delivery;
  const [sign, tone] = verdictSign(delivery);
  const { signature } = facts;
  return [
    [[`${sign} ${verdict}${reason ? ` (${reason})` : ""}`, tone]],
    [],
    ...wrapped([[drawable(explanation)]], facts),
    [],
    ...factLines(
      [
        ["provider", provider],
        ["scheme", signature?.scheme ?? null],
        ["in header", signature?.header ?? null],
        ["expected", signature?.expected ?? null],
        ["received", signature?.received ?? null],
        [
          "signed",
          signature?.signed == null ? null : `${signature.signed}${signature.isSignedCut ? "…" : ""}`,
        ],
        ["", signature?.signedBytes ? `${byteText(signature.signedBytes)} in all` : null],
        ["sent from", signature?.source ?? null],
      ],
      facts,
    ),
    [],
    ...factLines(
      [
        ["dedupe key", dedupeKey],
        ["duplicate of", duplicateOf === null ? null : `#${duplicateOf}`],
        ["turned away", refusal],
        ["sha256", digest],
      ],
      facts,
    ),
  ];
}

function factLines(list: readonly (readonly [string, string | null])[], facts: TabFacts): Line[] {
  return list.flatMap(([name, value]) =>
    value === null ? [] : wrapped([[inColumns(name, LABEL), "key"], [drawable(value)]], facts, LABEL),
  );
}

function attemptsTab({ delivery, attempts }: Detail, facts: TabFacts): Line[] {
  if (attempts.length === 0) return [[["Not sent anywhere yet.", "dim"]]];
  const lines = attempts.flatMap((attempt): Line[] => {
    const { changes, startedAt, trigger, number, target } = attempt;
    const changed = [
      ...changes.removed.map((name) => `-${drawable(name)}`),
      ...redactHeaders(changes.set).map(([name, value]) => `${drawable(name)}: ${drawable(value)}`),
      ...(changes.body === undefined ? [] : [`another body, sha256 ${changes.body}`]),
    ];
    return [
      ...wrapped([[`${number}  `, "strong"], ...attemptTitle(attempt)], facts, 3),
      ...wrapped(
        [[`   ${trigger} ${localTime(startedAt)} to ${drawable(redactPath(target))}`, "dim"]],
        facts,
        3,
      ),
      ...(changed.length > 0
        ? wrapped([[`   changed on the way: ${changed.join(", ")}`, "dim"]], facts, 3)
        : []),
      [],
    ];
  });
  return delivery.owed
    ? [...lines, [["Owed: no handler has answered with a 2xx yet. r sends it again.", "warn"]]]
    : lines;
}

function attemptTitle(attempt: Attempt): Line {
  const tone: Tone = succeeded(attempt) ? "good" : "bad";
  const { response, outcome, problem } = attempt;
  const words = response
    ? `${response.status} ${drawable(response.statusText)}`.trim()
    : `${outcome}: ${drawable(problem ?? "")}`;
  return [
    [words, tone],
    [`  ${msText(attempt.ms)}`],
    [response ? `  ${byteText(response.bytes)}` : "", "dim"],
  ];
}

function jobTab({ delivery, body, job }: Detail, facts: TabFacts): TextRow[] {
  const outputs = outputRows(body, facts);
  if (delivery.job === null) return [...plain([[["No job is known for this delivery.", "dim"]]]), ...outputs];
  const timeline = jobTimeline(job);
  return [
    ...plain(wrapped([["job ", "key"], [drawable(delivery.job)]], facts)),
    { line: [endOf(timeline)] },
    ...plain([[]]),
    ...timeline.steps.flatMap((step) => {
      const place = { kind: "delivery" as const, id: step.delivery.id };
      const lines = wrapped(stepLine(step, step.delivery.id === delivery.id), facts, STEP_INDENT);
      return lines.map((line) => ({ line, place }));
    }),
    ...outputs,
  ];
}

/** How the job ended, and after what time. */
function endOf({ end, toResultMs, isContradictory }: Timeline): Span {
  if (end === null) return ["no end state yet", "warn"];
  const [sign] = eventSign(end);
  const told = isContradictory ? "; another delivery says otherwise" : "";
  const after =
    toResultMs === 0
      ? "with the first that was heard of the job"
      : `${msText(toResultMs ?? 0)} after the first that was heard of the job`;
  const tone = isContradictory ? "warn" : end.event === "failed" ? "bad" : "good";
  return [`${sign} ${end.event} ${after}${told}`, tone];
}

function stepLine({ delivery, afterMs, mark }: Step, isThis: boolean): Line {
  const [sign, tone] = eventSign(delivery);
  const status = delivery.lastStatus ?? delivery.lastOutcome ?? "";
  return [
    [isThis ? "› " : "  ", "strong"],
    [inColumns(`#${delivery.id}`, 6), isThis ? "strong" : "dim"],
    [`${clockTime(delivery.receivedAt)} `, "dim"],
    [inColumns(afterMs === 0 ? "" : `+${msText(afterMs)}`, 8, "right"), "dim"],
    [`  ${sign} ${delivery.event ?? drawable(delivery.eventName ?? "?")}`, tone],
    [mark === null || mark === "end" ? "" : `  ${stepWords[mark](delivery)}`, "warn"],
    [`  ${status}`],
  ];
}

/** Where the event stands in a step's row. */
const STEP_INDENT = 27;

const stepWords = {
  duplicate: ({ duplicateOf }: { readonly duplicateOf: number | null }) => `duplicate of #${duplicateOf}`,
  late: () => "out of order",
  contradiction: () => "contradicts the end",
} as const;

/** The files that the body speaks of, with what is known of them. */
function outputRows(body: Uint8Array, facts: TabFacts): TextRow[] {
  const media = mediaIn(asText(body) ?? "");
  if (media.length === 0) return [];
  const isAsked = media.some(({ url }) => facts.outputs.has(url));
  return [
    ...plain([
      [],
      [
        ["Outputs", "strong"],
        [isAsked ? "" : "  f asks for their type and size", "dim"],
      ],
    ]),
    ...media.flatMap(({ url, kind }): TextRow[] => {
      const place = { kind: "url" as const, url };
      const lines = wrapped([["  "], [drawable(url)]], facts, 2);
      const known = outputFacts(kind, facts.outputs.get(url));
      return [...lines, [["    "], known] satisfies Line].map((line) => ({ line, place }));
    }),
  ];
}

function outputFacts(kind: string, facts: OutputFacts | undefined): Span {
  if (facts === undefined) return [kind, "dim"];
  if (facts === null) return [`${kind}, asking…`, "accent"];
  if ("problem" in facts) return [`${kind}: ${drawable(facts.problem)}`, "bad"];
  const { type, bytes, dimensions } = facts;
  const parts = [
    drawable(type ?? kind),
    bytes === null ? "size unknown" : byteText(bytes),
    ...(dimensions ? [`${dimensions.width} × ${dimensions.height}`] : []),
  ];
  return [parts.join("  "), "good"];
}

function wrapped(line: Line, { columns }: TabFacts, indent = 0): Line[] {
  return wrapLine(line, columns, indent);
}
