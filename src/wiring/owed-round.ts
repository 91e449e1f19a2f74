import type { HandedOver } from "../core/actions.ts";
import type { AttemptSummary } from "../core/attempt.ts";
import { succeeded } from "../core/attempt.ts";
import type { OwedScope } from "../core/ports.ts";
import type { Target } from "../core/target.ts";
import type { Forwarder } from "../spool/forward.ts";
import { createPortGate, openGate } from "../spool/port-gate.ts";
import { createRedelivery, type Redelivery } from "../spool/redeliver.ts";
import type { Store } from "../store/store.ts";
import { handOver } from "./hand-over.ts";

export interface RoundOptions {
  readonly store: Store;
  readonly forwarder: Forwarder;
  readonly target: Target;
  /** Asked at every look at the store. */
  readonly scope: () => OwedScope;
  readonly timeoutMs: number | undefined;
  /** So many are with the handler at a time; several where absent. */
  readonly underWay?: number;
  readonly onTry?: ((delivery: number) => Promise<void>) | undefined;
  readonly onAttempt: (attempt: AttemptSummary) => Promise<void> | void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Hands over what is owed because a person asks.
 *
 * @param patient go on until all is taken, or else try each job as far as it is taken, and until nothing listens
 */
export function startRound(options: RoundOptions, { patient }: { readonly patient: boolean }): Redelivery {
  const { store, target, scope, underWay } = options;
  const redelivery = createRedelivery({
    source: {
      heads: (after, limit) => store.owed.heads(scope(), after, limit),
      head: (of) => store.owed.head(scope(), of),
    },
    gate: patient ? createPortGate(target) : openGate,
    async attempt({ id }, signal) {
      await options.onTry?.(id);
      const made = await handOver(id, { ...options, signal, trigger: () => "redelivery" });
      if (!made) return undefined;
      // Flushed, since no delivery comes whose commit it could ride on.
      const [attempt] = await Promise.all([store.writer.appendAttempt(made), store.writer.flush()]);
      await options.onAttempt(attempt);
      // Not awaited: this very try is what it waits for.
      if (!patient && attempt.outcome === "refused") void redelivery.stop();
      return attempt;
    },
    fate: () => (patient ? "again" : "leave"),
    giveUp: async () => {},
    onFailure: options.onFailure,
    limits: underWay === undefined ? {} : { underWay },
  });
  return redelivery;
}

/** The impatient kind, to its end: over what is owed when it begins, however much comes meanwhile. */
export interface OneRound {
  /** Rejects with what could not be read or written. */
  readonly done: Promise<HandedOver>;
  /** Begins no more tries. */
  stop(): void;
  /** Breaks off what is with the handler. */
  abort(): void;
}

export function oneRound(options: Omit<RoundOptions, "onFailure">): OneRound {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => {});
  let tried = 0;
  let delivered = 0;
  const onAttempt = (attempt: AttemptSummary) => {
    tried += 1;
    if (succeeded(attempt)) delivered += 1;
    return options.onAttempt(attempt);
  };
  const upTo = options.store.reader.nth(0) ?? 0;
  const scope = () => ({ ...options.scope(), upTo });
  const round = startRound({ ...options, scope, onAttempt, onFailure: reject }, { patient: false });
  return {
    done: Promise.race([round.idle(), failure])
      .finally(() => round.stop())
      .then(() => ({ tried, delivered })),
    stop: () => void round.stop(),
    abort: () => round.abort(),
  };
}
