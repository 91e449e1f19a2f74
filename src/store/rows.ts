import type { Attempt, AttemptSummary, Outcome, Trigger, WireChanges } from "../core/attempt.ts";
import type { Delivery, DeliveryEvent, DeliverySummary, Origin, Refusal } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { RejectionReason, Verdict } from "../core/verdict.ts";

/** What SQLite gives: the names are those of the columns in `migrations.ts`. */
export type Row = Record<string, unknown>;

export function toSummary(row: Row): DeliverySummary {
  return {
    id: row.id as number,
    receivedAt: row.received_at as number,
    origin: row.origin as Origin,
    method: row.method as string,
    path: row.path as string,
    provider: row.provider as string | null,
    event: row.event as DeliveryEvent | null,
    eventName: row.event_name as string | null,
    job: row.job as string | null,
    dedupeKey: row.dedupe_key as string | null,
    verdict: row.verdict as Verdict,
    reason: row.reason as RejectionReason | null,
    bytes: row.bytes as number,
    duplicateOf: row.duplicate_of as number | null,
    refusal: row.refusal as Refusal | null,
    owed: row.owed === 1,
    settledBy: row.settled_by as number | null,
    givenUp: row.given_up === 1,
    attempts: row.attempts as number,
    lastOutcome: row.last_outcome as Outcome | null,
    lastStatus: row.last_status as number | null,
    lastMs: row.last_ms as number | null,
    lastTarget: row.last_target as string | null,
  };
}

export function toDelivery(row: Row): Delivery {
  return {
    ...toSummary(row),
    headers: JSON.parse(row.headers as string) as HeaderPairs,
    httpVersion: row.http_version as string,
    peer: row.peer as string | null,
    clientAddress: row.client_address as string | null,
    withheld: row.withheld === null ? [] : (JSON.parse(row.withheld as string) as string[]),
    explanation: row.explanation as string,
    digest: row.digest as string,
  };
}

export function toAttemptSummary(row: Row): AttemptSummary {
  return {
    id: row.id as number,
    delivery: row.delivery as number,
    number: row.number as number,
    trigger: row.trigger as Trigger,
    target: row.target as string,
    startedAt: row.started_at as number,
    outcome: row.outcome as Outcome,
    problem: row.problem as string | null,
    status: row.status as number | null,
    ms: row.ms as number,
  };
}

export function toAttempt(row: Row): Attempt {
  const summary = toAttemptSummary(row);
  return {
    ...summary,
    changes: JSON.parse(row.changes as string) as WireChanges,
    response:
      summary.status === null
        ? null
        : {
            status: summary.status,
            statusText: row.status_text as string,
            headers: JSON.parse(row.headers as string) as HeaderPairs,
            body: row.body as Uint8Array,
            bytes: row.bytes as number,
          },
  };
}
