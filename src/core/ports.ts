import type { Attempt, AttemptSummary, NewAttempt } from "./attempt.ts";
import type { Delivery, DeliverySummary, NewDelivery } from "./delivery.ts";

/** Keeps deliveries. */
export interface DeliveryWriter {
  /** Resolves once the delivery is on disk, numbered. */
  append(delivery: NewDelivery): Promise<DeliverySummary>;
  /** Resolves once written; rides on the next commit, with no sync of its own. */
  appendAttempt(attempt: NewAttempt): Promise<AttemptSummary>;
}

/** What a list shows: every field narrows it. */
export interface DeliveryFilter {
  readonly owed?: boolean;
  readonly ids?: readonly number[];
}

export interface Page {
  readonly limit: number;
  /** Keyset paging: only deliveries older than this number. */
  readonly before?: number | undefined;
}

/** Reads what was kept. */
export interface DeliveryReader {
  /** Newest first. */
  list(filter: DeliveryFilter, page: Page): DeliverySummary[];
  /** Everything after a number, oldest first: how an observer that fell behind catches up. */
  deliveriesAfter(id: number, limit: number): DeliverySummary[];
  attemptsAfter(id: number, limit: number): AttemptSummary[];
  delivery(id: number): Delivery | undefined;
  /** The whole body at once: for bodies that one means to look at. */
  body(id: number): Uint8Array | undefined;
  /** The body piece by piece, in constant memory. */
  bodyStream(id: number): AsyncIterable<Uint8Array> | undefined;
  attempts(delivery: number): Attempt[];
  /** The number of the newest delivery minus `back` deliveries; `undefined` where there are not as many. */
  nth(back: number): number | undefined;
  /** The numbers that exist between two, both included, ascending. */
  idsBetween(first: number, last: number): number[];
  counts(): { readonly deliveries: number; readonly owed: number };
}
