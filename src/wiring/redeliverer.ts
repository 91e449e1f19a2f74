import type { HandedOver } from "../core/actions.ts";
import type { AttemptSummary } from "../core/attempt.ts";
import { AppError } from "../core/errors.ts";
import type { OwedScope } from "../core/ports.ts";
import { parseTarget, type Target } from "../core/target.ts";
import { createForwarder } from "../spool/forward.ts";
import type { Redelivery } from "../spool/redeliver.ts";
import type { Store } from "../store/store.ts";
import { inOtherHands } from "./capture-presence.ts";
import { lastTargetKey } from "./capture-protocol.ts";
import { oneRound, type RoundOptions, startRound } from "./owed-round.ts";
import { takeInHand } from "./take-in-hand.ts";

export interface RedelivererOptions {
  readonly store: Store;
  /** `undefined`: where each delivery went last. */
  readonly to: Target | undefined;
  /** Only these; `undefined`: whatever is owed. */
  readonly among: readonly number[] | undefined;
  readonly timeoutMs: number | undefined;
  readonly insecure: boolean;
  readonly ca: string | undefined;
  readonly onTry?: ((delivery: number) => Promise<void>) | undefined;
  readonly onAttempt: (attempt: AttemptSummary) => Promise<void>;
}

/** Hands over what is owed because a person asks, whatever target it is for. */
export interface Redeliverer {
  /**
   * Tries each job in its order as far as it is taken, and a target until nothing listens there. What another
   * process is at is left to it, which is told to try at once.
   *
   * @throws {AppError} E_NO_TARGET, E_DATA_DIRECTORY
   */
  once(): Promise<HandedOver & { readonly leftToOthers: number }>;
  /** Goes on, also with what becomes owed, until it is stopped. */
  watch(onFailure: (error: unknown) => void): void;
  /** Breaks off what is still with a handler after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export function openRedeliverer(options: RedelivererOptions): Redeliverer {
  const { store, to, among, timeoutMs, onTry, onAttempt } = options;
  const forwarder = createForwarder(options);
  const running = new Map<string | null, Errand & { readonly redelivery: Redelivery }>();
  let timer: NodeJS.Timeout | undefined;

  /** One for each target; with a target named, that one for all. */
  function scopes(): OwedScope[] {
    // What has just come is with the session that it came to; but what is named is meant.
    const all: OwedScope = among ? { among } : { untriedBefore: inOtherHands(store).untriedBefore };
    const targets = store.owed.targets(all);
    if (to) return targets.length === 0 ? [] : [all];
    return targets.map((target) => ({ ...all, target }));
  }

  function errandFor(scope: OwedScope): Errand {
    const target = to ?? parseTarget(scope.target ?? lastTarget(store));
    const common = { store, forwarder, target, timeoutMs, onTry, onAttempt };
    if (among) return { ...common, scope: () => scope, release() {} };
    const hands = takeInHand(store, target.base);
    return { ...common, scope: () => ({ ...scope, ...hands.scope() }), release: hands.release };
  }

  return {
    async once() {
      let tried = 0;
      let delivered = 0;
      let leftToOthers = 0;
      try {
        for (const scope of scopes()) {
          const errand = errandFor(scope);
          leftToOthers += store.owed.count(scope) - store.owed.count(errand.scope());
          const round = await oneRound({ ...errand, underWay: 1 }).done.finally(errand.release);
          tried += round.tried;
          delivered += round.delivered;
        }
        return { tried, delivered, leftToOthers };
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
            if (known) {
              known.redelivery.look();
              continue;
            }
            const errand = errandFor(scope);
            const redelivery = startRound({ ...errand, onFailure }, { patient: true });
            running.set(key, { ...errand, redelivery });
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
      const errands = [...running.values()];
      const cut = setTimeout(() => {
        for (const { redelivery } of errands) redelivery.abort();
      }, graceMs);
      await Promise.all(errands.map(({ redelivery }) => redelivery.stop()));
      for (const { release } of errands) release();
      clearTimeout(cut);
      forwarder.close();
    },
  };
}

/** What goes to one target, with the right to do so, which is to be given back. */
type Errand = Omit<RoundOptions, "onFailure"> & { release(): void };

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
