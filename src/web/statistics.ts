import { type AttemptSummary, succeeded } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import { addTo, emptyHistogram, type Histogram, mergeInto, quantile } from "./histogram.ts";
import type { Figures, Statistics } from "./protocol.ts";

/** Periods drawn; when there would be more, each becomes twice as long. */
const MOST_PERIODS = 60;

/** Providers and events told apart; what else comes is counted together. */
const MOST_GROUPS = 100;

/** The rate is that of this many ms. */
const RATE_MS = 10_000;

/** What is counted of some deliveries. */
interface Tally {
  deliveries: number;
  attempts: number;
  succeeded: number;
  /** Of the handler's times, in ms. */
  readonly times: Histogram;
}

/** Counts what comes and how it is answered, in a memory that does not grow with it. */
export interface Counter {
  delivery(delivery: DeliverySummary): void;
  /** An attempt at a delivery of this provider and event. */
  attempt(attempt: AttemptSummary, of: Pick<DeliverySummary, "provider" | "event">): void;
  /** What there is to say at a moment, in ms since the epoch. */
  statistics(now: number): Statistics;
}

/** Begins to count at a moment, in ms since the epoch. */
export function createCounter(from: number): Counter {
  let periodMs = 1_000;
  let periods: Tally[] = [];
  const total = emptyTally();
  const groups = new Map<string, { provider: string | null; event: string | null; tally: Tally }>();
  /** Arrivals by their second, the last few. */
  const seconds = new Map<number, number>();

  function periodAt(time: number): Tally {
    let at = Math.max(0, Math.floor((time - from) / periodMs));
    while (at >= MOST_PERIODS) {
      periodMs *= 2;
      periods = halved(periods);
      at = Math.floor(at / 2);
    }
    while (periods.length <= at) periods.push(emptyTally());
    return periods[at] as Tally;
  }

  function groupOf({ provider, event }: Pick<DeliverySummary, "provider" | "event">): Tally {
    const isKnown = groups.has(`${provider} ${event}`) || groups.size < MOST_GROUPS;
    const of = isKnown ? { provider, event } : { provider: "others", event: null };
    const key = `${of.provider} ${of.event}`;
    const group = groups.get(key) ?? { ...of, tally: emptyTally() };
    groups.set(key, group);
    return group.tally;
  }

  return {
    delivery(delivery) {
      for (const tally of [total, groupOf(delivery), periodAt(delivery.receivedAt)]) tally.deliveries += 1;
      const second = Math.floor(delivery.receivedAt / 1_000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      if (seconds.size > MOST_PERIODS) seconds.delete(Math.min(...seconds.keys()));
    },
    attempt(attempt, of) {
      for (const tally of [total, groupOf(of), periodAt(attempt.startedAt)]) {
        tally.attempts += 1;
        if (succeeded(attempt)) tally.succeeded += 1;
        if (attempt.outcome === "responded") addTo(tally.times, attempt.ms);
      }
    },
    statistics(now) {
      periodAt(now);
      const lately = [...seconds].filter(([second]) => second * 1_000 > now - RATE_MS);
      return {
        from,
        periodMs,
        perSecond: lately.reduce((sum, [, count]) => sum + count, 0) / (RATE_MS / 1_000),
        total: figures(total),
        periods: periods.map(figures),
        groups: [...groups.values()]
          .map(({ provider, event, tally }) => ({ provider, event, ...figures(tally) }))
          .sort((a, b) => b.deliveries - a.deliveries),
      };
    },
  };
}

const emptyTally = (): Tally => ({ deliveries: 0, attempts: 0, succeeded: 0, times: emptyHistogram() });

/** Two periods in one. */
function halved(periods: readonly Tally[]): Tally[] {
  const half: Tally[] = [];
  for (const [i, period] of periods.entries()) {
    const before = i % 2 === 1 ? half.at(-1) : undefined;
    if (!before) half.push(period);
    else {
      before.deliveries += period.deliveries;
      before.attempts += period.attempts;
      before.succeeded += period.succeeded;
      mergeInto(before.times, period.times);
    }
  }
  return half;
}

const figures = ({ deliveries, attempts, succeeded, times }: Tally): Figures => ({
  deliveries,
  attempts,
  succeeded,
  p50: quantile(times, 0.5),
  p95: quantile(times, 0.95),
});
