import type { Attempt, AttemptSummary, HandlerResponse } from "../core/attempt.ts";
import type { Delivery, DeliverySummary } from "../core/delivery.ts";
import type { ErrorRecord } from "../core/errors.ts";
import type { Notice } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import type { Verification } from "../core/verdict.ts";

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

export function readyLine({ endpoint, local, target, inspector, tunnel }: Ready): JsonLine {
  return { v: 1, type: "ready", endpoint, local, target, inspector, tunnel };
}

function tunnelLine({ state, endpoint, driver, reason }: TunnelStatus): JsonLine {
  return { v: 1, type: "tunnel", state, endpoint, driver, reason };
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

function verdictLine(id: number, { verdict, reason, explanation }: Verification): JsonLine {
  return { v: 1, type: "verdict", id, verdict, reason, explanation };
}

/** A line of `ls`: the delivery with what became of it so far. */
export function listLine(delivery: DeliverySummary): JsonLine {
  return {
    ...deliveryLine(delivery),
    attempts: delivery.attempts,
    lastOutcome: delivery.lastOutcome,
    lastStatus: delivery.lastStatus,
    lastMs: delivery.lastMs,
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

/** Text where the bytes are UTF-8 and come back from it unchanged, base64 otherwise. */
function encodeBytes(bytes: Uint8Array): { encoding: "utf8" | "base64"; data: string } {
  try {
    // With ignoreBOM the mark stays in the text, so that nothing is lost.
    return {
      encoding: "utf8",
      data: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    };
  } catch {
    return { encoding: "base64", data: Buffer.from(bytes).toString("base64") };
  }
}

export function errorLine({ code, message, hint }: ErrorRecord): JsonLine {
  return { v: 1, type: "error", code, message, hint };
}

/** The line for a notice; every notice has one. */
export function noticeLine(notice: Notice): JsonLine {
  switch (notice.type) {
    case "delivery":
      return deliveryLine(notice.delivery);
    case "attempt":
      return attemptLine(notice.attempt);
    case "tunnel":
      return tunnelLine(notice.status);
    case "verdict":
      return verdictLine(notice.delivery, notice.verification);
    case "given-up": {
      const { delivery, attempts } = notice;
      return { v: 1, type: "given-up", delivery, attempts };
    }
    case "hold": {
      const { held, waiting } = notice;
      return { v: 1, type: "hold", held, waiting };
    }
    case "turned-away": {
      const { status, reason, refusal, delivery } = notice;
      return { v: 1, type: "turned-away", status, reason, refusal, delivery };
    }
  }
}
