import type { Attempt, AttemptSummary } from "../core/attempt.ts";
import type { Delivery, DeliverySummary } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { Medium } from "../inspect/media.ts";

/** What the page is told of where it looks. */
export interface About {
  /** The proven public URL; `null` where there is none. */
  readonly endpoint: string | null;
  /** The capture endpoint on loopback; `null` where nothing listens and only history is shown. */
  readonly local: string | null;
  /** Where deliveries are handed to; `null` where each goes to its own last target. */
  readonly target: string | null;
  /** The newest delivery before this session: what came later and has no attempt is with the handler. */
  readonly since: number;
  readonly counts: { readonly deliveries: number; readonly owed: number };
  readonly cursor: Cursor;
}

/** What a tab has seen: the greatest numbers it was told of. Everything after them is in the store. */
export interface Cursor {
  readonly delivery: number;
  readonly attempt: number;
}

/** Some of the deliveries that pass a filter, newest first. */
export interface FoundPage {
  readonly deliveries: readonly DeliverySummary[];
  /** Ask for what is before this number next; `null` at the oldest. */
  readonly next: number | null;
}

/** Bytes in JSON: text where they are UTF-8, base64 otherwise. */
export interface Content {
  readonly encoding: "utf8" | "base64";
  /** Its beginning, if `size` is larger than what stands here. */
  readonly data: string;
  /** Of the whole, in bytes. */
  readonly size: number;
  readonly isCut: boolean;
}

/** Everything that the tabs show of one delivery. Secrets in headers, paths and URLs are masked. */
export interface Detail {
  readonly delivery: Delivery;
  readonly body: Content;
  readonly attempts: readonly ShownAttempt[];
  /** All deliveries of the same job, oldest first. */
  readonly job: readonly DeliverySummary[];
  /** Its output files, as URLs that stand in the body. */
  readonly media: readonly Medium[];
}

export interface ShownAttempt extends Omit<Attempt, "response"> {
  readonly response: {
    readonly status: number;
    readonly statusText: string;
    readonly headers: HeaderPairs;
    readonly body: Content;
  } | null;
}

export type { Medium };

export type Replayed = AttemptSummary;

export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What comes over the WebSocket. */
export type LiveMessage =
  /** Deliveries that are new or have changed, as they now are. */
  | { readonly type: "changes"; readonly deliveries: readonly DeliverySummary[]; readonly cursor: Cursor }
  /** So much has happened that looking anew is quicker. */
  | { readonly type: "restart" }
  | { readonly type: "removed"; readonly ids: readonly number[] }
  | { readonly type: "about"; readonly about: About }
  /** A request that was not taken. */
  | { readonly type: "turned-away"; readonly reason: string };

/** The WebSocket's subprotocol; the token stands beside it as {@link tokenProtocol}. */
export const liveProtocol = "hookspool";

export const tokenProtocol = (token: string) => `token.${token}`;

export const tokenHeader = "X-Hookspool-Token";
