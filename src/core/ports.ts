import type { Attempt, AttemptSummary, NewAttempt } from "./attempt.ts";
import type { Condition } from "./condition.ts";
import type { CapturedBody, Delivery, DeliverySummary, Identity, NewDelivery } from "./delivery.ts";
import type { Verification } from "./verdict.ts";

/** Takes a body in as it arrives. */
export interface BodyIntake {
  /** Takes the chunk over. Resolves when more may be given: a large body waits for its file. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** The body, durable if it is a file. */
  finish(): Promise<CapturedBody>;
  /** Forgets what has come so far. */
  discard(): Promise<void>;
}

/** Keeps deliveries. */
export interface DeliveryWriter {
  openBody(): BodyIntake;
  /** A body that was taken in, for reading: large ones come from their file. */
  reopen(body: CapturedBody): StoredBody;
  /** Resolves once the delivery is on disk, numbered. */
  append(delivery: NewDelivery): Promise<DeliverySummary>;
  /** Resolves once written, with no sync of its own: together with others, after a moment. */
  appendAttempt(attempt: NewAttempt): Promise<AttemptSummary>;
  /** Puts another verdict in the place of a delivery's; written as attempts are. */
  setVerification(id: number, verification: Verification): Promise<void>;
  /** The same for whose it is and what it speaks of. */
  setIdentity(id: number, identity: Identity): Promise<void>;
  /** Says of an owed delivery that it is not tried again by itself; written as attempts are. */
  giveUp(id: number): Promise<void>;
}

/** A delivery that waits for a 2xx, as far as one must know it to say when it may go. */
export interface OwedDelivery {
  readonly id: number;
  readonly receivedAt: number;
  readonly provider: string | null;
  readonly job: string | null;
  readonly attempts: number;
}

/** Which of the owed deliveries are meant: every field narrows it. */
export interface OwedScope {
  /** Only what was acknowledged before this target had it, and has not been given up. */
  readonly promisedTo?: string;
  /** Only what went to this target last or was promised to it; `null`: what has none. */
  readonly target?: string | null | undefined;
  /** With `target`: where what has none goes. */
  readonly defaultTarget?: string | undefined;
  /** Not what came since (ms since the epoch) and has not been tried: it may be with its handler right now. */
  readonly untriedBefore?: number | undefined;
  /** Only what is numbered up to this. */
  readonly upTo?: number | undefined;
  /** Not what is promised to these targets, unless it was given up: somebody sees to it. */
  readonly notPromisedTo?: readonly string[];
  /** Only these. */
  readonly among?: readonly number[] | undefined;
}

/** Reads what is owed, so that the deliveries of one job can be handed on in their order. */
export interface OwedReader {
  /** The first owed delivery of every job in the scope, of those numbered above `after`, ascending. */
  heads(scope: OwedScope, after: number, limit: number): OwedDelivery[];
  /** The first owed delivery of this job. */
  head(scope: OwedScope, of: Pick<OwedDelivery, "provider" | "job">): OwedDelivery | undefined;
  count(scope: OwedScope): number;
  /** The targets that owed deliveries go to; `null` where none is known. */
  targets(scope: OwedScope): (string | null)[];
}

/** What a list shows: every field narrows it. `parseFilter(…).asks` is one. */
export interface DeliveryFilter {
  readonly owed?: boolean;
  /** Only what speaks of this job. */
  readonly job?: string;
  readonly where?: Condition;
  /**
   * Full text over body, headers, path and job: only what has all of these, whole words (`cat`), beginnings of words
   * (`cat*`) or words that stand one after another (`fat cat`), without regard to case.
   */
  readonly words?: readonly string[];
}

export interface Page {
  readonly limit: number;
  /** Keyset paging: only deliveries older than this number. */
  readonly before?: number | undefined;
}

/** How far to look for one page. */
export interface SearchPage extends Page {
  /** Only deliveries from this number on: what has changed is looked at again with `from: id, before: id + 1`. */
  readonly from?: number | undefined;
  /** Look for about so long, in ms; without it, until the page is full or the oldest delivery has been looked at. */
  readonly withinMs?: number | undefined;
}

/** What was found so far, newest first. */
export interface FoundDeliveries {
  readonly deliveries: readonly DeliverySummary[];
  /** The `before` to go on with; `null` once there is nothing more. A page may be short, or empty, and have one. */
  readonly next: number | null;
}

/** A body on disk. */
export interface StoredBody {
  readonly size: number;
  /** The whole body at once: for bodies that one means to look at. */
  bytes(): Uint8Array;
  /** Piece by piece, in constant memory: a piece is good until the next is asked for. */
  stream(): AsyncIterable<Uint8Array>;
}

/** Reads what was kept. */
export interface DeliveryReader {
  /** Newest first. However long it takes: where that may be long, {@link search} lets others go on in between. */
  list(filter: DeliveryFilter, page: Page): DeliverySummary[];
  /**
   * The same in pieces: a page is handed out when it is full, when the time is up, or at the end. A search that is
   * seen to go on (what was found, and how far down `next` is) asks for `withinMs: 20` or so again and again.
   */
  search(filter: DeliveryFilter, page: SearchPage): FoundDeliveries;
  /** Everything after a number, oldest first: how an observer that fell behind catches up. */
  deliveriesAfter(id: number, limit: number): DeliverySummary[];
  attemptsAfter(id: number, limit: number): AttemptSummary[];
  /** The number of the newest attempt; 0 where there is none. */
  newestAttempt(): number;
  delivery(id: number): Delivery | undefined;
  /** The body, opened for reading; `undefined` where there is no such delivery. */
  body(id: number): StoredBody | undefined;
  attempts(delivery: number): Attempt[];
  /** The number of the newest delivery minus `back` deliveries; `undefined` where there are not as many. */
  nth(back: number): number | undefined;
  /** The numbers that exist between two, both included, ascending. */
  idsBetween(first: number, last: number): number[];
  counts(): { readonly deliveries: number; readonly owed: number };
}
