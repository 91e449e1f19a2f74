import type { DeliverySummary } from "../core/delivery.ts";
import type { ErrorRecord } from "../core/errors.ts";
import type { Notice } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import type { Verification } from "../core/verdict.ts";
import { attemptLine, deliveryLine, type JsonLine } from "../formats/_json-lines.ts";

export { attemptLine, deliveryLine, type JsonLine, jsonLine, showLine } from "../formats/_json-lines.ts";

export function readyLine({ endpoint, local, target, inspector, tunnel }: Ready): JsonLine {
  return { v: 1, type: "ready", endpoint, local, target, inspector, tunnel };
}

function tunnelLine({ state, endpoint, previous, driver, reason }: TunnelStatus): JsonLine {
  return { v: 1, type: "tunnel", state, endpoint, previous, driver, reason };
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
      return { ...tunnelLine(notice.status), ...(notice.orphans && { orphans: notice.orphans }) };
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
      const { status, reason, refusal, delivery, times = 1 } = notice;
      return { v: 1, type: "turned-away", status, reason, refusal, delivery, times };
    }
  }
}
