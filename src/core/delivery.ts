import type { Outcome } from "./attempt.ts";
import type { HeaderPairs } from "./headers.ts";
import type { RejectionReason, Verdict, Verification } from "./verdict.ts";

export type Origin = "captured" | "forged" | "imported";

/** What happened at the provider, in one word for all providers. */
export type DeliveryEvent = "completed" | "failed" | "processing";

/** Whose delivery it is and what it speaks of; `null` where the catalogue does not know. */
export interface Identity {
  readonly provider: string | null;
  readonly event: DeliveryEvent | null;
  /** The provider's own name of the event. */
  readonly eventName: string | null;
  /** The provider's task: task id, prediction id, jobId, taskUUID. */
  readonly job: string | null;
  /** Equal on two deliveries of one provider when the second is a redelivery of the first. */
  readonly dedupeKey: string | null;
}

export const unidentified: Identity = {
  provider: null,
  event: null,
  eventName: null,
  job: null,
  dedupeKey: null,
};

/** Why a request was recorded and turned away instead of being forwarded. */
export type Refusal = "body-too-large" | "signature-rejected";

/** The head of one HTTP request, exactly as it reached the endpoint. */
export interface RequestHead {
  /** Milliseconds since the epoch at which the head had arrived. */
  readonly receivedAt: number;
  readonly origin: Origin;
  readonly method: string;
  /** The request target as it stood on the request line, query included, one character per byte. */
  readonly path: string;
  readonly httpVersion: string;
  readonly headers: HeaderPairs;
  /** `address:port` of the peer that connected; with a tunnel, the tunnel's local end. */
  readonly peer: string | null;
  /** Who sent it, as the tunnel says; `null` where none does that is to be believed. */
  readonly clientAddress?: string | null;
  /** Names of what was taken out because it was no part of the delivery: the endpoint's own credential. */
  readonly withheld?: readonly string[];
}

/** A body that has arrived whole: small ones in memory, larger ones already durable in a file of their own. */
export type CapturedBody =
  | { readonly kind: "inline"; readonly bytes: Uint8Array; readonly size: number; readonly digest: string }
  | { readonly kind: "file"; readonly file: string; readonly size: number; readonly digest: string };

/** Bodies over this many bytes are files. */
export const INLINE_BODY_BYTES = 256 * 1024;

/** A delivery about to be committed. */
export interface NewDelivery {
  readonly head: RequestHead;
  readonly body: CapturedBody;
  readonly identity: Identity;
  readonly verification: Verification;
  readonly refusal: Refusal | null;
  /** Whether a handler is to get it: from then on it is owed until one answers 2xx. */
  readonly owed: boolean;
  /** The target, as it was named, of a delivery whose sender is answered before any handler is. */
  readonly promisedTo?: string | null;
}

/** The lean row that lists and filters read. */
export interface DeliverySummary extends Identity {
  /** From 1 within its data directory, never used twice. */
  readonly id: number;
  readonly receivedAt: number;
  readonly origin: Origin;
  readonly method: string;
  readonly path: string;
  readonly verdict: Verdict;
  readonly reason: RejectionReason | null;
  /** Length of the body. */
  readonly bytes: number;
  /** The first delivery of this provider with the same dedupe key. */
  readonly duplicateOf: number | null;
  readonly refusal: Refusal | null;
  /** No attempt has yet brought a 2xx. */
  readonly owed: boolean;
  /** The delivery of the same event that brought the 2xx in this one's stead. */
  readonly settledBy: number | null;
  /** Still owed, but handed to no handler again unless a person asks. */
  readonly givenUp: boolean;
  readonly attempts: number;
  readonly lastOutcome: Outcome | null;
  readonly lastStatus: number | null;
  readonly lastMs: number | null;
  /** The target of the last attempt as the person named it. */
  readonly lastTarget: string | null;
}

/** Everything of a delivery but its body's bytes. */
export interface Delivery extends DeliverySummary, Pick<RequestHead, "clientAddress" | "withheld"> {
  readonly headers: HeaderPairs;
  readonly httpVersion: string;
  readonly peer: string | null;
  readonly explanation: string;
  /** SHA-256 of the body in lower-case hex. */
  readonly digest: string;
}
