import type { ForgedDelivery } from "../forge.ts";

/** One question asked of a handler: what it is sent, and what it ought to answer. */
export interface ConformanceCase {
  /** Stable, for programs: `signature/stale`. What stands before the slash is its group. */
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  /** `accepted`: 2xx to each request. `refused`: 4xx. */
  readonly expects: "accepted" | "refused";
  /** What goes wrong with a handler that answers otherwise, in one or two sentences. */
  readonly why: string;
  /** What may have gone wrong inside a handler that answers 5xx to what it should refuse, as a sentence. */
  readonly crash?: string;
  /** The provider's page that says so; `null` where it follows from HTTP or JSON alone. */
  readonly source: string | null;
  /** Names of cases: where one of them was missed or skipped, this one would say nothing new. */
  readonly needs: readonly string[];
  /** Sent one after the other; each is signed when it goes out. */
  readonly requests: readonly [CaseRequest, ...CaseRequest[]];
}

/** `error`: deliveries are lost, or anybody's are believed. `warning`: worth a look. */
export type Severity = "error" | "warning";

/** @param now milliseconds since the epoch at which it is sent */
export type CaseRequest = (now: number) => ForgedDelivery;

/** A question that cannot be asked of this provider's handler, with the reason. */
export interface SkippedCase {
  readonly name: string;
  readonly title: string;
  readonly reason: string;
}

export type PlannedCase = ConformanceCase | SkippedCase;

export const isSkipped = <Other extends object>(planned: Other | SkippedCase): planned is SkippedCase =>
  "reason" in planned;
