import type { DeliverySummary } from "../core/delivery.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { Statistics } from "./protocol.ts";
import { createCounter } from "./statistics.ts";

interface SessionOptions {
  readonly reader: DeliveryReader;
  /** Ms since the epoch; `null`: over everything that is stored. */
  readonly startedAt: number | null;
}

/** Deliveries and attempts read in one step: the page's other questions are answered between two. */
const STEP = 1_000;

/** Where there are more, the newest are counted. */
const MOST_COUNTED = 100_000;

/** Whose provider and event are remembered for the attempts to come. */
const MOST_REMEMBERED = 20_000;

type Kind = Pick<DeliverySummary, "provider" | "event">;

/** Counts a session from its start, in steps and only while it is asked. */
export interface SessionStatistics {
  /** Reads a piece of what is new; `true` where there is more. */
  read(): boolean;
  /** What has been counted up to a moment, in ms since the epoch. */
  statistics(now: number): Statistics;
}

export function createSessionStatistics({ reader, startedAt }: SessionOptions): SessionStatistics {
  const newest = reader.nth(MOST_COUNTED) ?? 0;
  const before = startedAt === null ? 0 : lastBefore(startedAt, deliveryTimes(reader));
  const first = Math.max(newest, before);
  const from =
    first > before || startedAt === null ? reader.deliveriesAfter(first, 1)[0]?.receivedAt : startedAt;
  const cursor = { delivery: first, attempt: lastBefore(from ?? 0, attemptTimes(reader)) };
  let counter = from === undefined ? undefined : createCounter(from);
  const kinds = new Map<number, Kind>();

  function kindOf(id: number): Kind {
    const known = kinds.get(id) ?? reader.list({}, { limit: 1, before: id + 1 })[0];
    return known ?? { provider: null, event: null };
  }

  function remember({ id, provider, event }: DeliverySummary) {
    kinds.set(id, { provider, event });
    if (kinds.size > MOST_REMEMBERED) kinds.delete(kinds.keys().next().value ?? id);
  }

  return {
    read() {
      const deliveries = reader.deliveriesAfter(cursor.delivery, STEP);
      const attempts = reader.attemptsAfter(cursor.attempt, STEP);
      const start = deliveries[0]?.receivedAt ?? attempts[0]?.startedAt;
      if (start === undefined) return false;
      counter ??= createCounter(start);
      for (const delivery of deliveries) {
        counter.delivery(delivery);
        remember(delivery);
      }
      for (const attempt of attempts) counter.attempt(attempt, kindOf(attempt.delivery));
      cursor.delivery = deliveries.at(-1)?.id ?? cursor.delivery;
      cursor.attempt = attempts.at(-1)?.id ?? cursor.attempt;
      return deliveries.length === STEP || attempts.length === STEP;
    },
    statistics: (now) => (counter ?? createCounter(now)).statistics(now),
  };
}

/** A row's number and its moment, the first after a number. */
type Times = (after: number) => { readonly id: number; readonly at: number } | undefined;

const deliveryTimes =
  (reader: DeliveryReader): Times =>
  (after) => {
    const [row] = reader.deliveriesAfter(after, 1);
    return row && { id: row.id, at: row.receivedAt };
  };

const attemptTimes =
  (reader: DeliveryReader): Times =>
  (after) => {
    const [row] = reader.attemptsAfter(after, 1);
    return row && { id: row.id, at: row.startedAt };
  };

/** The greatest number whose row came before a moment, as numbers and moments ascend together; 0 for none. */
function lastBefore(moment: number, firstAfter: Times): number {
  let low = 0;
  let high = 1;
  while (firstAfter(high) !== undefined) high *= 2;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = firstAfter(middle);
    if (row !== undefined && row.at < moment) low = row.id;
    else high = middle;
  }
  return low;
}
