import { succeeded } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import { clockTime, msText } from "../core/text.ts";
import { redactPath } from "../inspect/redact.ts";
import { drawable, inColumns } from "./cells.ts";
import type { Line, Span } from "./line.ts";
import { signs, type Tone } from "./theme.ts";

interface RowContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly inFlight: boolean;
  readonly isMarked: boolean;
  readonly columns: number;
  /** For the number: as many as the greatest on the screen needs. */
  readonly idColumns: number;
}

/** One delivery in the list: when, whose, what, about which job, signed how, answered how. */
export function listRow(delivery: DeliverySummary, context: RowContext): Line {
  const widths = columnsFor(context);
  const [sign, verdictTone] = verdictSign(delivery);
  const answer = answerOf(delivery, context);
  return [
    context.isMarked ? [signs.marked, "accent"] : [" "],
    [`${inColumns(`#${delivery.id}`, widths.id, "right")} `, "strong"],
    [`${inColumns(timeText(delivery.receivedAt, context.now), 8)} `, "dim"],
    ...subject(delivery, widths),
    [` ${sign} `, verdictTone],
    [inColumns(answer.word, widths.answer), answer.tone],
    [inColumns(answer.time, 7, "right"), "dim"],
    ...marks(delivery),
  ];
}

interface Widths {
  readonly id: number;
  readonly provider: number;
  readonly event: number;
  readonly job: number;
  readonly answer: number;
  /** For what stands at the end of a row. */
  readonly marks: number;
}

/** Sign of the event and the space behind it. */
const SIGN = 2;

/** The longest of the three events, and a space. */
const EVENT = 11;

/** A job of which one sees three letters is none. */
const JOB = 7;

/** What there is room for: first the provider, then the job, then the event's name: its sign says as much. */
function columnsFor({ columns, idColumns }: RowContext): Widths {
  const fixed = { id: idColumns, answer: 8, marks: columns >= 70 ? 6 : 4 };
  const provider = columns >= 90 ? 14 : columns >= 50 ? 10 : 8;
  const gaps = 1 + 1 + 8 + 1 + 1 + SIGN + 3 + 7;
  const left = columns - fixed.id - fixed.answer - fixed.marks - provider - gaps;
  const event = left >= EVENT + JOB ? EVENT : 0;
  const job = left - event;
  return job < JOB
    ? { ...fixed, provider: provider + job, event, job: 0 }
    : { ...fixed, provider, event, job };
}

/** Provider, event and job; the request itself where nobody knows whose it is. */
function subject(delivery: DeliverySummary, { provider, event, job }: Widths): readonly Span[] {
  if (delivery.provider === null) {
    const request = drawable(`${delivery.method} ${redactPath(delivery.path)}`);
    return [[inColumns(request, provider + 1 + SIGN + event + job)]];
  }
  const [sign, tone] = eventSign(delivery);
  const name = delivery.event ?? drawable(delivery.eventName ?? "");
  return [
    [`${inColumns(delivery.provider, provider)} `],
    [`${sign} `, tone],
    [event === 0 ? "" : inColumns(name, event), tone],
    [inColumns(drawable(delivery.job ?? ""), job)],
  ];
}

export function eventSign({ event }: DeliverySummary): readonly [string, Tone] {
  switch (event) {
    case "completed":
      return [signs.completed, "good"];
    case "failed":
      return [signs.failed, "bad"];
    case "processing":
      return [signs.processing, "accent"];
    case null:
      return [signs.unknown, "dim"];
  }
}

export function verdictSign({ verdict }: DeliverySummary): readonly [string, Tone] {
  switch (verdict) {
    case "verified":
      return [signs.verified, "good"];
    case "rejected":
      return [signs.rejected, "bad"];
    case "undecided":
      return [signs.undecided, "dim"];
  }
}

interface Answer {
  readonly word: string;
  readonly time: string;
  readonly tone: Tone;
}

function answerOf(delivery: DeliverySummary, { now, inFlight }: RowContext): Answer {
  const { lastStatus: status, lastOutcome: outcome, lastMs, refusal, attempts } = delivery;
  // A replay's own start is not in the summary: only a first attempt's time can be counted from outside.
  if (inFlight) {
    const time =
      attempts === 0 ? msText(Math.max(0, Math.floor((now - delivery.receivedAt) / 100) * 100)) : "";
    return { word: "sending…", time, tone: "accent" };
  }
  if (refusal !== null)
    return { word: refusal === "body-too-large" ? "too big" : "rejected", time: "", tone: "bad" };
  if (outcome === null) return { word: "not sent", time: "", tone: "warn" };
  const time = lastMs === null ? "" : msText(lastMs);
  const tone = succeeded({ outcome, status }) ? "good" : "bad";
  if (status !== null) return { word: String(status), time, tone };
  return {
    word: { refused: "refused", "timed-out": "timeout", aborted: "aborted", responded: "" }[outcome],
    time,
    tone,
  };
}

/** Letters rather than colours; the help screen says what they mean. */
function marks({ attempts, duplicateOf, origin, owed, refusal }: DeliverySummary): readonly Span[] {
  const letters: Span[] = [[" "]];
  if (attempts > 1) letters.push([`×${attempts}`, "accent"]);
  if (duplicateOf !== null) letters.push(["D", "warn"]);
  if (origin === "forged") letters.push(["F", "accent"]);
  if (origin === "imported") letters.push(["I", "accent"]);
  if (owed && attempts > 0 && refusal === null) letters.push(["O", "warn"]);
  return letters;
}

/** What the letters of a row mean. */
export const markMeanings = [
  ["×3", "sent three times"],
  ["D", "a duplicate: this provider sent it before"],
  ["F", "forged here"],
  ["I", "imported"],
  ["O", "owed: no handler has answered with a 2xx yet"],
] as const;

const DAY_MS = 86_400_000;

/** By hand: the first that `Intl` makes takes 17 ms. */
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The time of day; for what is older than a day, the day. */
function timeText(ms: number, now: number): string {
  if (now - ms < DAY_MS) return clockTime(ms);
  const date = new Date(ms);
  return `${months[date.getMonth()]} ${String(date.getDate()).padStart(2, " ")}`;
}
