import { createHash } from "node:crypto";
import type { NewAttempt } from "../../src/core/attempt.ts";
import { noChanges } from "../../src/core/attempt.ts";
import { type Identity, type NewDelivery, type RequestHead, unidentified } from "../../src/core/delivery.ts";
import { undecided } from "../../src/core/verdict.ts";

interface Given {
  readonly head?: Partial<RequestHead>;
  readonly body?: string | Uint8Array;
  readonly identity?: Partial<Identity>;
  readonly refusal?: NewDelivery["refusal"];
  readonly owed?: boolean;
}

/** A delivery about to be committed, unremarkable where nothing else is said. */
export function newDelivery({
  head,
  body = "{}",
  identity,
  refusal = null,
  owed = true,
}: Given = {}): NewDelivery {
  const bytes = Buffer.from(body);
  return {
    head: {
      receivedAt: 1_790_000_000_000,
      origin: "captured",
      method: "POST",
      path: "/hooks",
      httpVersion: "1.1",
      headers: [
        ["Host", "hooks.example"],
        ["Content-Length", String(bytes.length)],
      ],
      peer: "127.0.0.1:50000",
      ...head,
    },
    body: {
      kind: "inline",
      bytes,
      size: bytes.length,
      digest: createHash("sha256").update(bytes).digest("hex"),
    },
    identity: { ...unidentified, ...identity },
    verification: undecided("no secret is known"),
    refusal,
    owed,
  };
}

/** An attempt at a delivery; without a status, one that was refused. */
export function newAttempt(delivery: number, status: number | null): NewAttempt {
  return {
    delivery,
    trigger: "capture",
    target: "http://localhost:3000/hooks",
    targetBase: "http://localhost:3000",
    startedAt: 1_790_000_000_000,
    outcome: status === null ? "refused" : "responded",
    problem: status === null ? "nothing listens at http://localhost:3000" : null,
    response:
      status === null
        ? null
        : { status, statusText: "Fine", headers: [["X-A", "é"]], body: Buffer.from("answer"), bytes: 6 },
    ms: 1.5,
    changes: noChanges,
  };
}
