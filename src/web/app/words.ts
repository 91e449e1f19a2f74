import { succeeded } from "../../core/attempt.ts";
import type { DeliverySummary } from "../../core/delivery.ts";
import { clockTime } from "../../core/text.ts";

/** What a piece of text means; a class of its own in app.css. Signs and words say the same without colour. */
export type Tone = "good" | "bad" | "warn" | "accent" | "dim";

export type Said = readonly [text: string, tone: Tone];

export function eventSign({ event }: DeliverySummary): Said {
  switch (event) {
    case "completed":
      return ["●", "good"];
    case "failed":
      return ["✗", "bad"];
    case "processing":
      return ["◐", "accent"];
    case null:
      return ["·", "dim"];
  }
}

export function verdictSign({ verdict }: DeliverySummary): Said {
  switch (verdict) {
    case "verified":
      return ["✓", "good"];
    case "rejected":
      return ["✗", "bad"];
    case "undecided":
      return ["–", "dim"];
  }
}

/** How it was answered. `since` is the newest delivery before this session. */
export function answerOf(delivery: DeliverySummary, since: number): Said {
  const { lastStatus: status, lastOutcome: outcome, refusal, attempts, owed, id } = delivery;
  if (refusal !== null) return [refusal === "body-too-large" ? "too large" : "refused", "bad"];
  if (attempts === 0 && owed && id > since) return ["sending…", "accent"];
  if (outcome === null) return ["not sent", "warn"];
  const tone: Tone = succeeded({ outcome, status }) ? "good" : "bad";
  if (status !== null) return [String(status), tone];
  return [
    { refused: "no server", "timed-out": "timed out", aborted: "cut off", responded: "" }[outcome],
    tone,
  ];
}

/** Of the last answer alone, whoever waited for it. */
export function answerTone({ lastOutcome: outcome, lastStatus: status }: DeliverySummary): Tone {
  if (outcome === null) return "dim";
  return succeeded({ outcome, status }) ? "good" : "bad";
}

/** What else there is to say of a delivery, each with what it means. */
export function marksOf(delivery: DeliverySummary): readonly (readonly [...Said, string])[] {
  const { attempts, duplicateOf, origin, owed, refusal } = delivery;
  const marks: (readonly [...Said, string])[] = [];
  if (attempts > 1) marks.push([`×${attempts}`, "accent", `sent ${attempts} times`]);
  if (duplicateOf !== null) marks.push(["dup", "warn", `a duplicate of #${duplicateOf}`]);
  if (origin !== "captured") marks.push([origin, "accent", `${origin} here`]);
  if (owed && attempts > 0 && refusal === null)
    marks.push(["owed", "warn", "no handler has answered with a 2xx yet"]);
  return marks;
}

const DAY_MS = 86_400_000;

/** The time of day; for what is older than a day, the day. */
export function timeText(ms: number, now: number): string {
  if (now - ms < DAY_MS) return clockTime(ms);
  return new Date(ms).toLocaleDateString("en", { month: "short", day: "numeric" });
}

/** A span of time in one unit: `5 s`, `3 h`, `12 days`. */
export function spanText(ms: number): string {
  const [unit, length] = spans.find(([, length]) => ms >= 2 * length) ?? ["s", 1_000];
  return `${Math.round(ms / length)} ${unit}`;
}

const spans = [
  ["days", DAY_MS],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;
