import type { AttemptSummary } from "../core/attempt.ts";
import { AppError } from "../core/errors.ts";
import type { OwedScope } from "../core/ports.ts";
import { parseTarget, type Target } from "../core/target.ts";
import { createForwarder } from "../spool/forward.ts";
import { createPortGate, openGate } from "../spool/port-gate.ts";
import { createRedelivery, type Redelivery } from "../spool/redeliver.ts";
import type { Store } from "../store/store.ts";
import { inOtherHands } from "./capture-presence.ts";
import { lastTargetKey } from "./capture-protocol.ts";
import { handOver } from "./hand-over.ts";

export interface RedelivererOptions {
  readonly store: Store;
  /** `undefined`: where each delivery went last. */
  readonly to: Target | undefined;
  /** Only these; `undefined`: whatever is owed. */
  readonly among: readonly number[] | undefined;
  readonly timeoutMs: number | undefined;
  readonly insecure: boolean;
  readonly ca: string | undefined;
  readonly onTry: (delivery: number) => Promise<void>;
  readonly onAttempt: (attempt: AttemptSummary) => Promise<void>;
}

/** Hands over what is owed because a person asks, whatever target it is for. */
export interface Redeliverer {
  /**
   * Tries each job in its order as far as it is taken, and a target until nothing listens there.
   *
   * @throws {AppError} E_NO_TARGET, E_DATA_DIRECTORY
   */
  once(): Promise<void>;
  /** Goes on, also with what becomes owed, until it is stopped. */
  watch(onFailure: (error: unknown) => void): void;
  /** Breaks off what is still with a handler after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export function openRedeliverer(options: RedelivererOptions): Redeliverer {
  const { store, to, among } = options;
  const forwarder = createForwarder(options);
  const running = new Map<string | null, Redelivery>();
  let timer: NodeJS.Timeout | undefined;

  /** One for each target; with a target named, that one for all. */
  function scopes(): OwedScope[] {
    const all: OwedScope = { among };
    const targets = store.owed.targets(narrowed(all));
    if (to) return targets.length === 0 ? [] : [all];
    return targets.map((target) => ({ ...all, target }));
  }

  /** What a running session has in its hands is left to it; but what is named is meant. */
  const narrowed = (scope: OwedScope): OwedScope => (among ? scope : { ...scope, ...inOtherHands(store) });

  function start(
    scope: OwedScope,
    { patient, onFailure }: { readonly patient: boolean; readonly onFailure: (error: unknown) => void },
  ): Redelivery {
    const target = to ?? parseTarget(scope.target ?? lastTarget(store));
    const redelivery = createRedelivery({
      source: {
        heads: (after, limit) => store.owed.heads(narrowed(scope), after, limit),
        head: (of) => store.owed.head(narrowed(scope), of),
      },
      gate: patient ? createPortGate(target) : openGate,
      async attempt({ id }, signal) {
        await options.onTry(id);
        const { timeoutMs } = options;
        const made = await handOver(id, {
          store,
          forwarder,
          target,
          timeoutMs,
          signal,
          trigger: () => "redelivery",
        });
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
      onFailure,
      limits: patient ? {} : { underWay: 1 },
    });
    return redelivery;
  }

  return {
    async once() {
      const { promise: failure, reject } = Promise.withResolvers<never>();
      failure.catch(() => {});
      try {
        for (const scope of scopes()) {
          const redelivery = start(scope, { patient: false, onFailure: reject });
          await Promise.race([redelivery.idle(), failure]).finally(() => redelivery.stop());
        }
      } finally {
        forwarder.close();
      }
    },
    watch(onFailure) {
      const look = () => {
        try {
          for (const scope of scopes()) {
            const key = scope.target ?? null;
            const known = running.get(key);
            if (known) known.look();
            else running.set(key, start(scope, { patient: true, onFailure }));
          }
        } catch (error) {
          onFailure(error);
        }
      };
      timer = setInterval(look, LOOK_EVERY_MS);
      look();
    },
    async stop(graceMs) {
      clearInterval(timer);
      const cut = setTimeout(() => {
        for (const redelivery of running.values()) redelivery.abort();
      }, graceMs);
      await Promise.all([...running.values()].map((redelivery) => redelivery.stop()));
      clearTimeout(cut);
      forwarder.close();
    },
  };
}

/** What others have put into the store is not announced. */
const LOOK_EVERY_MS = 500;

function lastTarget(store: Store): string {
  const target = store.recall(lastTargetKey);
  if (target !== undefined) return target;
  throw new AppError("what is owed has never been sent anywhere", {
    code: "E_NO_TARGET",
    fault: "user",
    hint: "Name a target: hookspool redeliver --to 3000",
  });
}
