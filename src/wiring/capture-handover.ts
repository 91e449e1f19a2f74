import { setTimeout as wait } from "node:timers/promises";
import type { AttemptSummary, NewAttempt } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { Observer } from "../core/notice.ts";
import type { OwedScope } from "../core/ports.ts";
import { parseTarget } from "../core/target.ts";
import type { Forwarder } from "../spool/forward.ts";
import { createPortGate } from "../spool/port-gate.ts";
import { createRedelivery } from "../spool/redeliver.ts";
import type { Store } from "../store/store.ts";
import type { CaptureSettings } from "./capture-protocol.ts";
import { handOver } from "./hand-over.ts";

interface HandoverOptions {
  readonly store: Store;
  readonly forwarder: Forwarder;
  readonly settings: Pick<CaptureSettings, "target" | "timeoutMs" | "concurrency">;
  readonly giveUpAfterMs: number;
  readonly observer: Observer;
  readonly onStoreFailure: (error: unknown) => void;
}

/** Serves the handler what was acknowledged before it had it. */
export interface BackgroundHandover {
  offer(delivery: DeliverySummary): void;
  /** Begins no more tries; resolves when those under way have ended and are written down. */
  stop(): Promise<void>;
  /** Breaks off what is with the handler. Its deliveries stay owed. */
  abort(): void;
}

/** Goes on with what earlier runs left. */
export function createBackgroundHandover(options: HandoverOptions): BackgroundHandover {
  const { store, forwarder, settings, observer } = options;
  const target = parseTarget(settings.target);
  const scope: OwedScope = { promisedTo: target.base };

  /** What the handler has taken must not be sent again because a disk was full: the record is what is repeated. */
  async function record(attempt: NewAttempt, signal: AbortSignal): Promise<AttemptSummary> {
    for (;;) {
      try {
        const written = Promise.all([store.writer.appendAttempt(attempt), store.writer.flush()]);
        const [summary] = await orAborted(written, signal);
        return summary;
      } catch (error) {
        signal.throwIfAborted();
        options.onStoreFailure(error);
        await wait(RECORD_AGAIN_MS, undefined, { signal });
      }
    }
  }

  return createRedelivery({
    source: {
      heads: (after, limit) => store.owed.heads(scope, after, limit),
      head: (of) => store.owed.head(scope, of),
    },
    gate: createPortGate(target),
    async attempt({ id }, signal) {
      const made = await handOver(id, {
        store,
        forwarder,
        target,
        timeoutMs: settings.timeoutMs,
        signal,
        trigger: ({ attempts }) => (attempts === 0 ? "capture" : "redelivery"),
      });
      if (!made) return undefined;
      const attempt = await record(made, signal);
      observer({ type: "attempt", attempt });
      return attempt;
    },
    fate: ({ receivedAt }) => (Date.now() - receivedAt > options.giveUpAfterMs ? "give-up" : "again"),
    async giveUp({ id }, { number }) {
      await store.writer.giveUp(id);
      observer({ type: "given-up", delivery: id, attempts: number });
    },
    onFailure: options.onStoreFailure,
    limits: { underWay: settings.concurrency },
  });
}

const RECORD_AGAIN_MS = 1_000;

/** What waits for the disk must not keep the session from its end. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
