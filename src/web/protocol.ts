import type { ForgeWish } from "../core/actions.ts";
import type { Attempt, AttemptSummary } from "../core/attempt.ts";
import type { Delivery, DeliverySummary } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { SignatureFacts } from "../core/verdict.ts";
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
  /** When this session began, in ms since the epoch; `null` where only history is shown. */
  readonly startedAt: number | null;
  /** When the files that deliveries speak of are fetched: when asked for, or as soon as they are shown. */
  readonly media: "click" | "auto";
  /** Whether deliveries wait before their handler has them; `null` where nothing is captured. */
  readonly isHeld: boolean | null;
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

/** `null` where there is nothing to compare. */
export interface Compared {
  readonly facts: SignatureFacts | null;
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

/** What a file's server said of it; its bytes follow where they can be shown. */
export interface MediaFacts {
  /** `null` where no server answered. */
  readonly status: number | null;
  readonly type: string | null;
  /** In bytes. */
  readonly size: number | null;
  /** Why there are no bytes to show, in plain words. */
  readonly problem: string | null;
}

/** The header that {@link MediaFacts} come in, as JSON with everything but ASCII letters escaped. */
export const mediaHeader = "X-Hookspool-Media";

/** What is counted of some deliveries and the attempts at them. */
export interface Figures {
  readonly deliveries: number;
  readonly attempts: number;
  /** Answered with 2xx. */
  readonly succeeded: number;
  /** How long the handler took, in ms; `null` where it never answered. */
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface Statistics {
  /** The beginning of the first period, in ms since the epoch. */
  readonly from: number;
  /** Length of a period, in ms. */
  readonly periodMs: number;
  /** Deliveries a second, lately. */
  readonly perSecond: number;
  readonly total: Figures;
  /** Oldest first, up to now. */
  readonly periods: readonly Figures[];
  /** By provider and event, most first. */
  readonly groups: readonly Group[];
}

export interface Group extends Figures {
  readonly provider: string | null;
  readonly event: string | null;
}

export type Replayed = AttemptSummary;

/** Something that can be forged. */
export interface Forgeable {
  readonly wish: ForgeWish;
  /** What it is, where its name does not say it. */
  readonly about: string | null;
}

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
  | { readonly type: "statistics"; readonly statistics: Statistics }
  /** A request that was not taken. */
  | { readonly type: "turned-away"; readonly reason: string };

/** The WebSocket's subprotocol; the token stands beside it as {@link tokenProtocol}. */
export const liveProtocol = "hookspool";

export const tokenProtocol = (token: string) => `token.${token}`;

export const tokenHeader = "X-Hookspool-Token";
