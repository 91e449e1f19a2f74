import type { AttemptSummary } from "../../src/core/attempt.ts";
import type { DeliverySummary } from "../../src/core/delivery.ts";

/** 2026-11-21 10:00:00 UTC. */
export const TEN_O_CLOCK = 1_795_255_200_000;

/** A delivery that has just been captured; `overrides` says what is special about it. */
export function delivery(overrides: Partial<DeliverySummary> = {}): DeliverySummary {
  const id = overrides.id ?? 1;
  return {
    id,
    receivedAt: TEN_O_CLOCK + id * 1_000,
    origin: "captured",
    method: "POST",
    path: "/hooks",
    provider: "wazza",
    event: "completed",
    eventName: "job.completed",
    job: `job_${id}`,
    dedupeKey: null,
    verdict: "verified",
    reason: null,
    bytes: 812,
    duplicateOf: null,
    refusal: null,
    owed: true,
    settledBy: null,
    givenUp: false,
    attempts: 0,
    lastOutcome: null,
    lastStatus: null,
    lastMs: null,
    lastTarget: null,
    ...overrides,
  };
}

/** One that its handler has answered. */
export function answered(status: number, overrides: Partial<DeliverySummary> = {}): DeliverySummary {
  return delivery({
    owed: status < 200 || status > 299,
    attempts: 1,
    lastOutcome: "responded",
    lastStatus: status,
    lastMs: 12.4,
    lastTarget: "http://localhost:3000",
    ...overrides,
  });
}

export function attempt(overrides: Partial<AttemptSummary> = {}): AttemptSummary {
  return {
    id: 1,
    delivery: 1,
    number: 1,
    trigger: "capture",
    target: "http://localhost:3000/hooks",
    startedAt: TEN_O_CLOCK + 1_000,
    outcome: "responded",
    problem: null,
    status: 200,
    ms: 12.4,
    ...overrides,
  };
}
