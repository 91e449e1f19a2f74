import type { AttemptSummary } from "../core/attempt.ts";
import { succeeded } from "../core/attempt.ts";
import type { OwedDelivery } from "../core/ports.ts";
import type { PortGate } from "./port-gate.ts";
import { backoffMs, createSchedule } from "./schedule.ts";

/** The owed deliveries of one target, as they stand in the store. */
export interface OwedSource {
  /** The first owed delivery of every job, of those numbered above `after`, ascending. */
  heads(after: number, limit: number): OwedDelivery[];
  /** The first owed delivery of this one's job. */
  head(of: OwedDelivery): OwedDelivery | undefined;
}

/** What is done about a delivery that was not taken. `leave` leaves its whole job, so that the order is kept. */
export type Fate = "again" | "give-up" | "leave";

interface RedeliveryOptions {
  readonly source: OwedSource;
  readonly gate: PortGate;
  /** Hands it over once and records that; `undefined` where it is owed no longer. */
  readonly attempt: (delivery: OwedDelivery, signal: AbortSignal) => Promise<AttemptSummary | undefined>;
  readonly fate: (delivery: OwedDelivery, attempt: AttemptSummary) => Fate;
  /** Resolves when the source does not name it any more. */
  readonly giveUp: (delivery: OwedDelivery, attempt: AttemptSummary) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  /** How long to wait after so many tries. */
  readonly waitMs?: (tries: number) => number;
  readonly limits?: Partial<RedeliveryLimits>;
}

export interface RedeliveryLimits {
  /** So many are with the handler at a time. */
  readonly underWay: number;
  /** So many jobs are kept in memory; the rest stays in the store until there is room. */
  readonly jobs: number;
}

const defaultLimits: RedeliveryLimits = { underWay: 16, jobs: 1_000 };

/** Hands owed deliveries to their target, again and again until it has taken them. */
export interface Redelivery {
  /** A delivery is owed from now on. */
  offer(delivery: OwedDelivery): void;
  /** Looks at the source again, for what others have put there. */
  look(): void;
  /** What waits for its next try is tried at once. */
  hasten(): void;
  /** Whether nothing is left to be handed over. */
  readonly isIdle: boolean;
  /** Resolves when that is so. */
  idle(): Promise<void>;
  /** Begins no more tries; resolves when those under way have ended. */
  stop(): Promise<void>;
  /** Breaks off what is with the handler. */
  abort(): void;
}

export function createRedelivery(options: RedeliveryOptions): Redelivery {
  const { source, gate, waitMs = (tries) => backoffMs(tries, Math.random()) } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const schedule = createSchedule();
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  /** All up to this number has been read. */
  let cursor = 0;
  let unread = true;
  /** Some that failed made room for others, and are to be read again. */
  let setAside = false;
  let rereading = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let atPort = false;
  let waiters: (() => void)[] = [];

  function fill() {
    if (!unread || schedule.size >= limits.jobs) return;
    const page = source.heads(cursor, limits.jobs - schedule.size);
    const now = performance.now();
    for (const delivery of page) {
      cursor = delivery.id;
      if (schedule.has(delivery)) continue;
      const waits = rereading && delivery.attempts > 0;
      schedule.put(delivery, waits ? now + waitMs(delivery.attempts) : now);
    }
    if (page.length > 0) return;
    unread = setAside;
    if (!setAside) return;
    rereading = true;
    setAside = false;
    cursor = 0;
  }

  function run() {
    clearTimeout(timer);
    if (stopped) return;
    try {
      fill();
    } catch (error) {
      options.onFailure(error);
      timer = setTimeout(run, TROUBLE_MS).unref();
      return;
    }
    if (schedule.size === 0 && !unread) return settleIdle();
    const now = performance.now();
    const dueAt = schedule.nextDueAt();
    if (!gate.isOpen && dueAt !== undefined && dueAt <= now) return waitForPort();
    while (schedule.underWay < limits.underWay) {
      const delivery = schedule.take(now);
      if (!delivery) break;
      const served = serve(delivery).finally(() => {
        running.delete(served);
        run();
      });
      running.add(served);
    }
    const readable = unread && schedule.size < limits.jobs;
    const next = readable ? now : schedule.nextDueAt();
    // With no room left, the end of a try is what this goes on from.
    if (next !== undefined && (readable || schedule.underWay < limits.underWay))
      timer = setTimeout(run, Math.max(0, next - performance.now())).unref();
  }

  function waitForPort() {
    if (atPort) return;
    atPort = true;
    void gate.opened().then((how) => {
      atPort = false;
      // Who waits for a handler that was not there has no reason to wait for one that is.
      if (how === "waited") schedule.hasten(performance.now());
      run();
    });
  }

  async function serve(delivery: OwedDelivery): Promise<void> {
    try {
      const attempt = await options.attempt(delivery, stopping.signal);
      if (stopped) return;
      if (attempt?.outcome === "refused") {
        gate.shut();
        waitForPort();
      }
      if (!attempt || succeeded(attempt)) return goOn(delivery);
      switch (options.fate(delivery, attempt)) {
        case "again":
          return later(delivery, attempt.number);
        case "leave":
          return schedule.remove(delivery);
        case "give-up":
          await options.giveUp(delivery, attempt);
          return goOn(delivery);
      }
    } catch (error) {
      options.onFailure(error);
      schedule.put(delivery, performance.now() + TROUBLE_MS);
    }
  }

  function firstOfJob(delivery: OwedDelivery): OwedDelivery {
    if (delivery.job === null) return delivery;
    try {
      return source.head(delivery) ?? delivery;
    } catch (error) {
      options.onFailure(error);
      return delivery;
    }
  }

  /** To the next of its job. */
  function goOn(delivery: OwedDelivery) {
    const next = delivery.job === null ? undefined : source.head(delivery);
    if (next) schedule.put(next, performance.now());
    else schedule.remove(delivery);
  }

  function later(delivery: OwedDelivery, tries: number) {
    if (unread && schedule.size >= limits.jobs) {
      // Those that no one has tried yet must not wait for those that fail.
      setAside = true;
      schedule.remove(delivery);
      return;
    }
    schedule.put(delivery, performance.now() + waitMs(tries));
  }

  function settleIdle() {
    for (const resolve of waiters.splice(0)) resolve();
  }

  setImmediate(run);

  return {
    offer(delivery) {
      if (unread) return;
      if (schedule.size >= limits.jobs) {
        unread = true;
        cursor = Math.min(cursor, delivery.id - 1);
        return;
      }
      cursor = Math.max(cursor, delivery.id);
      // That of a job which is here comes after those before it, and so it does where another process has put them.
      if (!schedule.has(delivery)) schedule.put(firstOfJob(delivery), performance.now());
      run();
    },
    look() {
      unread = true;
      cursor = 0;
      rereading = true;
      run();
    },
    hasten() {
      schedule.hasten(performance.now());
      run();
    },
    get isIdle() {
      return schedule.size === 0 && !unread;
    },
    idle: () =>
      new Promise((resolve) => {
        waiters = [...waiters, resolve];
        run();
      }),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      gate.stop();
      await Promise.all(running);
      settleIdle();
    },
    abort: () => stopping.abort(),
  };
}

/** What could not be read or written is tried again after this, in ms. */
const TROUBLE_MS = 1_000;
