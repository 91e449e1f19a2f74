import type { DeliverySummary } from "../../core/delivery.ts";

/** Deliveries in the list, newest first, each once. */
export type Rows = readonly DeliverySummary[];

type Matches = (delivery: DeliverySummary) => boolean;

interface Merge {
  readonly matches: Matches;
  /** What is older is not loaded, and stays out; 0 where everything is. */
  readonly oldest: number;
}

/** The list with deliveries as they now are: put in, changed, or taken out where the filter no longer holds. */
export function merged(rows: Rows, deliveries: Rows, { matches, oldest }: Merge): Rows {
  const told = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const stay = rows.filter(({ id }) => !told.has(id));
  const come = deliveries.filter((delivery) => delivery.id >= oldest && matches(delivery));
  return [...stay, ...come].sort((a, b) => b.id - a.id);
}

export function without(rows: Rows, ids: readonly number[]): Rows {
  const gone = new Set(ids);
  return rows.filter(({ id }) => !gone.has(id));
}

/** What a fresh look at the newest does not show any more, as far back as it looked: it was forgotten meanwhile. */
export function vanished(rows: Rows, fresh: Rows, lookedBackTo: number): readonly number[] {
  const there = new Set(fresh.map(({ id }) => id));
  return rows.filter(({ id }) => id >= lookedBackTo && !there.has(id)).map(({ id }) => id);
}
