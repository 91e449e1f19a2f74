import { setTimeout as wait } from "node:timers/promises";
import type { AttemptSummary, NewAttempt } from "../core/attempt.ts";
import type { Observer } from "../core/notice.ts";
import type { OwedScope } from "../core/ports.ts";
import type { Target } from "../core/target.ts";
import type { Forwarder } from "../spool/forward.ts";
import { createPortGate } from "../spool/port-gate.ts";
import { createRedelivery, type Redelivery } from "../spool/redeliver.ts";
import type { Claim } from "../store/claim.ts";
import type { Store } from "../store/store.ts";
import { handOver } from "./hand-over.ts";

export interface HandoverOptions {
  readonly store: Store;
  readonly forwarder: Forwarder;
  readonly target: Target;
  readonly timeoutMs: number | undefined;
  /** How many deliveries the handler has at a time. */
  readonly concurrency: number;
  /** Whether a try that failed is the last one. */
  readonly isLastTry: (delivery: { readonly receivedAt: number }) => boolean;
  readonly observer: Observer;
  readonly onStoreFailure: (error: unknown) => void;
}

/**
 * Serves the handler what was acknowledged before it had it, and goes on with what earlier runs left. Of several processes that hand over to one target, one does and the others
 * wait for its end.
 */
export function createBackgroundHandover(options: HandoverOptions): Redelivery {
  const { store, target } = options;
  const stopping = new AbortController();
  let redelivery: Redelivery | undefined;
  let claim: Claim | undefined;

  const begun = (async () => {
    claim = await claimed(store, target, stopping.signal, options.onStoreFailure);
    if (claim) redelivery = startRedelivery(options);
  })();

  return {
    offer: (delivery) => redelivery?.offer(delivery),
    look: () => redelivery?.look(),
    hasten: () => redelivery?.hasten(),
    get isIdle() {
      return redelivery?.isIdle ?? false;
    },
    async idle() {
      await begun;
      await redelivery?.idle();
    },
    async stop() {
      stopping.abort();
      await begun;
      await redelivery?.stop();
      claim?.release();
    },
    abort: () => redelivery?.abort(),
  };
}

/** Resolves when this process is the one; with nothing where it is not to be any more. */
async function claimed(
  store: Store,
  target: Target,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<Claim | undefined> {
  while (!signal.aborted) {
    try {
      const claim = store.tryClaim(target.base);
      if (claim) return claim;
    } catch (error) {
      onFailure(error);
    }
    await wait(CLAIM_AGAIN_MS, undefined, { signal, ref: false }).catch(() => {});
  }
  return undefined;
}

const CLAIM_AGAIN_MS = 1_000;

function startRedelivery(options: HandoverOptions): Redelivery {
  const { store, observer } = options;
  const scope: OwedScope = { promisedTo: options.target.base };

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
    gate: createPortGate(options.target),
    async attempt({ id }, signal) {
      const made = await handOver(id, {
        ...options,
        signal,
        trigger: ({ attempts }) => (attempts === 0 ? "capture" : "redelivery"),
      });
      if (!made) return undefined;
      const attempt = await record(made, signal);
      observer({ type: "attempt", attempt });
      return attempt;
    },
    fate: (delivery) => (options.isLastTry(delivery) ? "give-up" : "again"),
    async giveUp({ id }, { number }) {
      await store.writer.giveUp(id);
      observer({ type: "given-up", delivery: id, attempts: number });
    },
    onFailure: options.onStoreFailure,
    limits: { underWay: options.concurrency },
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
