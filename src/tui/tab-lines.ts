import type { Attempt } from "../core/attempt.ts";
import { succeeded } from "../core/attempt.ts";
import type { Delivery, DeliverySummary } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import { byteText, clockTime, eventText, localTime, msText } from "../core/text.ts";
import { redactHeaders, redactPath } from "../inspect/redact.ts";
import { bodyLines } from "./body-lines.ts";
import { drawable, inColumns } from "./cells.ts";
import { type Line, wrapLine } from "./line.ts";
import { eventSign, verdictSign } from "./list-row.ts";
import type { Detail, Tab } from "./state.ts";
import type { Tone } from "./theme.ts";

interface TabOptions {
  readonly columns: number;
  readonly wrap: boolean;
}

/** The whole text of one tab of a delivery. */
export function tabLines(tab: Tab, detail: Detail, options: TabOptions): readonly Line[] {
  switch (tab) {
    case "body":
      return bodyLines({ bytes: detail.body, size: detail.delivery.bytes }, options);
    case "headers":
      return headersTab(detail.delivery, options);
    case "response":
      return responseTab(detail.attempts, options);
    case "signature":
      return signatureTab(detail.delivery, options);
    case "attempts":
      return attemptsTab(detail, options);
    case "job":
      return jobTab(detail, options);
  }
}

function headersTab(delivery: Delivery, options: TabOptions): Line[] {
  const { method, path, httpVersion, peer, origin, receivedAt } = delivery;
  return [
    ...wrapped(
      [[`${method} `, "strong"], [drawable(redactPath(path))], [`  HTTP/${httpVersion}`, "dim"]],
      options,
    ),
    ...wrapped([[`${origin} ${localTime(receivedAt)}${peer ? ` from ${peer}` : ""}`, "dim"]], options),
    [],
    ...headerLines(delivery.headers, options),
  ];
}

function headerLines(headers: HeaderPairs, options: TabOptions): Line[] {
  return redactHeaders(headers).flatMap(([name, value]) =>
    wrapped([[`${drawable(name)}: `, "key"], [drawable(value)]], options, 2),
  );
}

function responseTab(attempts: readonly Attempt[], options: TabOptions): Line[] {
  const last = attempts.at(-1);
  if (!last) return [[["No answer yet.", "dim"]]];
  const title = attemptTitle(last);
  if (!last.response) return wrapped(title, options);
  const { headers, body, bytes } = last.response;
  return [
    ...wrapped(title, options),
    [],
    ...headerLines(headers, options),
    [],
    ...bodyLines({ bytes: body, size: bytes }, options),
  ];
}

function signatureTab(delivery: Delivery, options: TabOptions): Line[] {
  const { verdict, reason, explanation, provider, dedupeKey, duplicateOf, digest, refusal } = delivery;
  const [sign, tone] = verdictSign(delivery);
  const facts: readonly (readonly [string, string | null])[] = [
    ["provider", provider],
    ["dedupe key", dedupeKey],
    ["duplicate of", duplicateOf === null ? null : `#${duplicateOf}`],
    ["turned away", refusal],
    ["sha256", digest],
  ];
  return [
    [[`${sign} ${verdict}${reason ? ` (${reason})` : ""}`, tone]],
    [],
    ...wrapped([[drawable(explanation)]], options),
    [],
    ...facts
      .filter(([, value]) => value !== null)
      .flatMap(([name, value]) =>
        wrapped([[inColumns(name, 14), "key"], [drawable(value ?? "")]], options, 14),
      ),
  ];
}

function attemptsTab({ delivery, attempts }: Detail, options: TabOptions): Line[] {
  if (attempts.length === 0) return [[["Not sent anywhere yet.", "dim"]]];
  const lines = attempts.flatMap((attempt): Line[] => {
    const { changes, startedAt, trigger, number, target } = attempt;
    const changed = [
      ...changes.removed.map((name) => `-${drawable(name)}`),
      ...changes.set.map(([name, value]) => `${drawable(name)}: ${drawable(value)}`),
    ];
    return [
      ...wrapped([[`${number}  `, "strong"], ...attemptTitle(attempt)], options, 3),
      ...wrapped(
        [[`   ${trigger} ${localTime(startedAt)} to ${drawable(redactPath(target))}`, "dim"]],
        options,
        3,
      ),
      ...(changed.length > 0
        ? wrapped([[`   changed on the way: ${changed.join(", ")}`, "dim"]], options, 3)
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

function jobTab({ delivery, job }: Detail, options: TabOptions): Line[] {
  if (delivery.job === null) return [[["No job is known for this delivery.", "dim"]]];
  return [
    ...wrapped([["job ", "key"], [drawable(delivery.job)]], options),
    [],
    ...job.map((other) => jobLine(other, other.id === delivery.id, job[0] ?? other)),
  ];
}

function jobLine(delivery: DeliverySummary, isThis: boolean, first: DeliverySummary): Line {
  const [sign, tone] = eventSign(delivery);
  const later = delivery.receivedAt - first.receivedAt;
  const status = delivery.lastStatus ?? delivery.lastOutcome ?? "";
  return [
    [isThis ? "› " : "  ", "strong"],
    [inColumns(`#${delivery.id}`, 7), isThis ? "strong" : "dim"],
    [`${clockTime(delivery.receivedAt)}  `, "dim"],
    [inColumns(later === 0 ? "" : `+${msText(later)}`, 9, "right"), "dim"],
    [`  ${sign} ${eventText(delivery.event, delivery.eventName) ?? "?"}`, tone],
    [`  ${status}`],
    [delivery.duplicateOf === null ? "" : `  again, first #${delivery.duplicateOf}`, "warn"],
  ];
}

function wrapped(line: Line, { columns }: TabOptions, indent = 0): Line[] {
  return wrapLine(line, columns, indent);
}
