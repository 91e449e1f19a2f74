import { setTimeout as wait } from "node:timers/promises";
import type { HandedOver } from "../core/actions.ts";
import type { DeliverySummary, Identity } from "../core/delivery.ts";
import type { Observer } from "../core/notice.ts";
import type { OwedScope } from "../core/ports.ts";
import type { Target } from "../core/target.ts";
import type { Forwarder } from "../spool/forward.ts";
import type { Deferral, Deferring } from "../spool/pipeline.ts";
import type { Redelivery } from "../spool/redeliver.ts";
import type { Store } from "../store/store.ts";
import { createBackgroundHandover } from "./capture-handover.ts";
import type { DeferringSettings } from "./capture-protocol.ts";
import { deliverOwedTo } from "./deliver-owed.ts";
import { endResuming, hold, readHold } from "./hold-state.ts";
import { lastHurry } from "./hurry.ts";
import type { OneRound } from "./owed-round.ts";

interface DeferringOptions {
  readonly store: Store;
  readonly forwarder: Forwarder;
  readonly target: Target;
  readonly timeoutMs: number | undefined;
  /** How many deliveries the handler has at a time. */
  readonly concurrency: number;
  readonly settings: DeferringSettings;
  readonly observer: Observer;
  readonly onStoreFailure: (error: unknown) => void;
}

/** Decides which deliveries the handler gets later, and sees that it gets them. */
export interface CaptureDeferring extends Deferring {
  /** Hands over what earlier runs left, and tells if it holds. Until then it only answers senders. */
  begin(): void;
  /** Looks whether somebody holds or resumes. */
  look(): void;
  /** Hands over all that is owed to the target, whatever for. */
  deliverOwed(): Promise<HandedOver>;
  /** Begins no more tries; resolves when those under way have ended and are written down. */
  stop(): Promise<void>;
  /** Breaks off what is with the handler. */
  abort(): void;
}

export function createDeferring(options: DeferringOptions): CaptureDeferring {
  const { store, target, settings, observer, onStoreFailure } = options;
  const scope: OwedScope = { promisedTo: target.base };
  const deferring = new Set<Deferred>();
  const runs = new Set<Redelivery>();
  let phase = settings.holds ? "held" : readHold(store, target.base).state;
  let resumedAt = 0;
  let hurried = lastHurry(store, target.base);
  /** The one that hands over now. */
  let run: Redelivery | undefined;
  let owed: OneRound | undefined;
  let round: Promise<HandedOver> | undefined;
  let paused = Promise.resolve();
  let stopped = false;

  /** Hands over what waits, if it is time to. */
  async function go() {
    await paused;
    const isTime = phase === "resuming" || (phase === "forwarding" && settings.early);
    if (run || round || stopped || !isTime) return;
    const started = createBackgroundHandover({
      ...options,
      // What was held for long is not given up at its first try.
      isLastTry: ({ receivedAt }) => cautiousNow() - Math.max(receivedAt, resumedAt) > settings.giveUpAfterMs,
    });
    run = started;
    runs.add(started);
    if (!settings.early) await finish(started);
  }

  /** Resolves when nothing is with the handler. */
  function pause(): Promise<void> {
    const last = run;
    run = undefined;
    const before = paused;
    paused = (async () => {
      await last?.stop();
      if (last) runs.delete(last);
      await before;
    })();
    return paused;
  }

  /** Once all that waited is handed over, what comes is forwarded as before. */
  async function finish(started: Redelivery) {
    for (;;) {
      await started.idle();
      if (run !== started) return;
      if (deferring.size > 0) await Promise.all([...deferring].map(({ settled }) => settled));
      if (!started.isIdle || deferring.size > 0) continue;
      if (reporting(() => endResuming(store, target.base))) break;
      await wait(STORE_AGAIN_MS, undefined, { ref: false });
    }
    phase = "forwarding";
    void pause();
    reporting(() => {
      tell();
      look();
    });
  }

  /** Says whether it worked. */
  function reporting(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      onStoreFailure(error);
      return false;
    }
  }

  function look() {
    const next = readHold(store, target.base);
    if (next.state === "held") {
      if (phase !== "held") beginHold();
    } else if (phase === "held" || (phase === "forwarding" && next.state === "resuming")) {
      release("since" in next ? next.since : Date.now());
    }
    run?.look();
    const hurry = lastHurry(store, target.base);
    if (hurry !== hurried) run?.hasten();
    hurried = hurry;
  }

  function beginHold() {
    phase = "held";
    void pause();
    tell();
  }

  function release(since: number) {
    const nothingWaits = deferring.size === 0 && store.owed.count(scope) === 0;
    // With early answers, nothing is forwarded but what waits its turn.
    const isOver = settings.early || nothingWaits;
    if (isOver) endResuming(store, target.base);
    phase = isOver ? "forwarding" : "resuming";
    resumedAt = since;
    void go();
    tell();
  }

  function tell() {
    const waiting = phase === "forwarding" ? 0 : store.owed.count(scope);
    observer({ type: "hold", held: phase === "held", waiting });
  }

  /** Why the handler gets this one later; `undefined` where it gets it now. */
  function reasonToDefer(identity: Identity): keyof typeof answers | undefined {
    if (phase === "held") return "held";
    if (settings.early) return "early";
    return phase === "resuming" && isBehind(identity) ? "behind" : undefined;
  }

  /** What is of a job that waits must not overtake it. */
  function isBehind({ provider, job }: Identity): boolean {
    if (job === null) return false;
    for (const other of deferring) if (other.job === job && other.provider === provider) return true;
    // Where it cannot be known, it is not risked.
    let isFree = false;
    reporting(() => {
      isFree = store.owed.head(scope, { provider, job }) === undefined;
    });
    return !isFree;
  }

  function offer(delivery: DeliverySummary | undefined) {
    if (delivery) run?.offer(delivery);
  }

  return {
    begin() {
      if (settings.holds) hold(store, target.base);
      const now = readHold(store, target.base);
      if (now.state === "held") beginHold();
      else if (now.state === "resuming") release(now.since);
      else void go();
    },
    defer(identity) {
      const reason = reasonToDefer(identity);
      if (reason === undefined) return undefined;
      // With early answers, nothing is forwarded that could overtake it.
      if (settings.early) return { answer: answers[reason], settle: offer };
      const { promise: settled, resolve } = Promise.withResolvers<void>();
      const deferred = { provider: identity.provider, job: identity.job, settled };
      deferring.add(deferred);
      return {
        answer: answers[reason],
        settle(delivery) {
          offer(delivery);
          deferring.delete(deferred);
          resolve();
        },
      };
    },
    look,
    async deliverOwed() {
      round ??= (async () => {
        await pause();
        if (stopped) return { tried: 0, delivered: 0 };
        owed = deliverOwedTo(options);
        return owed.done;
      })().finally(() => {
        round = undefined;
        void go();
      });
      return round;
    },
    async stop() {
      stopped = true;
      owed?.stop();
      await Promise.all([pause(), round?.catch(() => {})]);
    },
    abort() {
      owed?.abort();
      for (const run of runs) run.abort();
    },
  };
}

/** On its way to the disk, to be offered when it is there. */
interface Deferred extends Pick<Identity, "provider" | "job"> {
  readonly settled: Promise<void>;
}

/** What senders are told. */
const answers = {
  early: (id: number) => `delivery ${id} is kept and will be handed on.`,
  held: (id: number) => `delivery ${id} is kept and held: it is handed on once forwarding is resumed.`,
  behind: (id: number) => `delivery ${id} is kept and will be handed on after those of its job before it.`,
} as const satisfies Record<string, Deferral["answer"]>;

/** What could not be written is tried again after this, in ms. */
const STORE_AGAIN_MS = 1_000;

/**
 * Milliseconds since the epoch, by whichever clock is behind: one may have been set forward by days, and nothing is
 * to be given up for that.
 */
const cautiousNow = () => Math.min(Date.now(), performance.timeOrigin + performance.now());
