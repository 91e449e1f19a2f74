import type { HeaderPair, HeaderPairs } from "./headers.ts";

/** Why an attempt was made. */
export type Trigger = "capture" | "redelivery" | "replay";

/** How it ended. Only `responded` has a status. */
export type Outcome = "responded" | "refused" | "timed-out" | "aborted";

/** What forwarding had to change between the record and the wire. */
export interface WireChanges {
  readonly removed: readonly string[];
  readonly set: HeaderPairs;
  /** SHA-256, in lower-case hex, of a body that was sent in the place of the recorded one. */
  readonly body?: string;
}

/** The handler's answer, as received. */
export interface HandlerResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderPairs;
  /** The first {@link RECORDED_RESPONSE_BYTES} of the body. */
  readonly body: Uint8Array;
  /** Length of the whole body in bytes, also where only its beginning is kept. */
  readonly bytes: number;
}

/** How much of a handler's answer is kept. */
export const RECORDED_RESPONSE_BYTES = 1024 * 1024;

/** One try at handing one delivery to one target, before the store has numbered it. */
export interface NewAttempt {
  readonly delivery: number;
  readonly trigger: Trigger;
  /** The full URL that was asked. */
  readonly target: string;
  /** The target as the person named it, to replay to. */
  readonly targetBase: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly outcome: Outcome;
  /** Why there is no answer, in plain words. */
  readonly problem: string | null;
  readonly response: HandlerResponse | null;
  /** From the first byte sent to the end of the answer or the failure. */
  readonly ms: number;
  readonly changes: WireChanges;
}

/** The lean part of a stored attempt; its response's headers and body are read on demand. */
export interface AttemptSummary {
  /** Unique and ascending over the whole data directory. */
  readonly id: number;
  readonly delivery: number;
  /** From 1 within its delivery. */
  readonly number: number;
  readonly trigger: Trigger;
  readonly target: string;
  readonly startedAt: number;
  readonly outcome: Outcome;
  readonly problem: string | null;
  readonly status: number | null;
  readonly ms: number;
}

export interface Attempt extends AttemptSummary {
  readonly changes: WireChanges;
  readonly response: HandlerResponse | null;
}

export function succeeded(attempt: { readonly outcome: Outcome; readonly status: number | null }): boolean {
  return attempt.outcome === "responded" && isSuccess(attempt.status);
}

export function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status <= 299;
}

export const noChanges: WireChanges = { removed: [], set: [] as HeaderPair[] };
