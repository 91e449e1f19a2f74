import type { Attempt, AttemptSummary, HandlerResponse } from "../core/attempt.ts";
import type { Delivery, DeliverySummary } from "../core/delivery.ts";
import { encodeBytes } from "../core/encoded-bytes.ts";

/**
 * The JSON lines that programs read. Names and meanings are kept from release to release; `v` counts breaks.
 * Header names and values, and paths, are strings with one character per byte as received.
 */
export type JsonLine = { readonly v: 1; readonly type: string } & Record<string, unknown>;

export function jsonLine(line: JsonLine): string {
  // JSON leaves these as they are; to a terminal, some of them are the beginning of a command.
  const text = JSON.stringify(line).replace(/[\u007f-\u009f]/g, (character) => {
    return `\\u00${character.charCodeAt(0).toString(16)}`;
  });
  return `${text}\n`;
}

export function deliveryLine(delivery: DeliverySummary): JsonLine {
  return {
    v: 1,
    type: "delivery",
    id: delivery.id,
    receivedAt: new Date(delivery.receivedAt).toISOString(),
    origin: delivery.origin,
    method: delivery.method,
    path: delivery.path,
    provider: delivery.provider,
    event: delivery.event,
    eventName: delivery.eventName,
    job: delivery.job,
    verdict: delivery.verdict,
    reason: delivery.reason,
    bytes: delivery.bytes,
    duplicateOf: delivery.duplicateOf,
    refusal: delivery.refusal,
    owed: delivery.owed,
    settledBy: delivery.settledBy,
    givenUp: delivery.givenUp,
  };
}

export function attemptLine(attempt: AttemptSummary): JsonLine {
  return {
    v: 1,
    type: "attempt",
    delivery: attempt.delivery,
    number: attempt.number,
    trigger: attempt.trigger,
    target: attempt.target,
    outcome: attempt.outcome,
    status: attempt.status,
    ms: attempt.ms,
    problem: attempt.problem,
  };
}

/** The whole of one delivery, for `show`. */
export function showLine(delivery: Delivery, body: Uint8Array, attempts: readonly Attempt[]): JsonLine {
  return {
    ...deliveryLine(delivery),
    explanation: delivery.explanation,
    httpVersion: delivery.httpVersion,
    peer: delivery.peer,
    clientAddress: delivery.clientAddress ?? null,
    withheld: delivery.withheld ?? [],
    digest: delivery.digest,
    headers: delivery.headers,
    body: encodeBytes(body),
    attempts: attempts.map((attempt) => ({
      ...attemptLine(attempt),
      startedAt: new Date(attempt.startedAt).toISOString(),
      changes: attempt.changes,
      response: attempt.response && encodeResponse(attempt.response),
    })),
  };
}

function encodeResponse({ status, statusText, headers, body, bytes }: HandlerResponse) {
  return { status, statusText, headers, body: encodeBytes(body), bytes };
}
