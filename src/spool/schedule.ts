import type { OwedDelivery } from "../core/ports.ts";

/** Which owed delivery may go next: those of one job one after the other, the others beside them. */
export interface Schedule {
  /** How many jobs wait or are under way. */
  readonly size: number;
  readonly underWay: number;
  /** Whether this delivery's job is here already. */
  has(delivery: OwedDelivery): boolean;
  /** Puts a delivery in its job's place; it may go from `dueAt` on. */
  put(delivery: OwedDelivery, dueAt: number): void;
  /** The one that has been due for longest; it is under way until it is put again or removed. */
  take(now: number): OwedDelivery | undefined;
  remove(delivery: OwedDelivery): void;
  /** Whatever waits may go from `now` on. */
  hasten(now: number): void;
  /** When the next one that waits may go; `undefined` where nothing waits. */
  nextDueAt(): number | undefined;
}

interface Place {
  readonly delivery: OwedDelivery;
  readonly dueAt: number;
  readonly underWay: boolean;
}

/** Times are ms of one clock; one that nobody can set keeps what waits from waiting for a day. */
export function createSchedule(): Schedule {
  const places = new Map<string, Place>();
  let underWay = 0;

  function set(job: string, place: Place | undefined) {
    underWay += Number(place?.underWay ?? false) - Number(places.get(job)?.underWay ?? false);
    if (place) places.set(job, place);
    else places.delete(job);
  }

  function first(): Place | undefined {
    let found: Place | undefined;
    for (const place of places.values())
      if (!place.underWay && (!found || isBefore(place, found))) found = place;
    return found;
  }

  return {
    get size() {
      return places.size;
    },
    get underWay() {
      return underWay;
    },
    has: (delivery) => places.has(jobKey(delivery)),
    put: (delivery, dueAt) => set(jobKey(delivery), { delivery, dueAt, underWay: false }),
    take(now) {
      const place = first();
      if (!place || place.dueAt > now) return undefined;
      set(jobKey(place.delivery), { ...place, underWay: true });
      return place.delivery;
    },
    remove: (delivery) => set(jobKey(delivery), undefined),
    hasten(now) {
      for (const [job, place] of places)
        if (!place.underWay && place.dueAt > now) set(job, { ...place, dueAt: now });
    },
    nextDueAt: () => first()?.dueAt,
  };
}

const isBefore = (a: Place, b: Place) =>
  a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.delivery.id < b.delivery.id);

/** What speaks of no job stands for itself. */
function jobKey({ id, provider, job }: OwedDelivery): string {
  return job === null ? `#${id}` : JSON.stringify([provider, job]);
}

/** The longest wait before the second try, in ms; it doubles from try to try. */
const FIRST_WAIT_MS = 1_000;

/** A handler that is being worked on is tried at least this often, in ms. */
const LONGEST_WAIT_MS = 30_000;

/**
 * How long to wait after this many tries, in ms: exponential, with full jitter, so that what failed together
 * does not come back together.
 *
 * @param random from 0 to 1
 * @see Marc Brooker: Exponential Backoff And Jitter, AWS Architecture Blog, 2015
 */
export function backoffMs(tries: number, random: number): number {
  return random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1));
}
