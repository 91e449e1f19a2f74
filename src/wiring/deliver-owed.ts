import type { AttemptSummary } from "../core/attempt.ts";
import type { Observer } from "../core/notice.ts";
import type { OwedScope } from "../core/ports.ts";
import type { Target } from "../core/target.ts";
import type { Forwarder } from "../spool/forward.ts";
import type { Store } from "../store/store.ts";
import { lastTargetKey } from "./capture-protocol.ts";
import { type OneRound, oneRound } from "./owed-round.ts";
import { takeInHand } from "./take-in-hand.ts";

interface OwedOptions {
  readonly store: Store;
  readonly forwarder: Forwarder;
  readonly target: Target;
  readonly timeoutMs: number | undefined;
  /** How many deliveries the handler has at a time. */
  readonly concurrency: number;
  readonly observer: Observer;
}

/** Hands over all that is owed to one target, each job in its order, as far as it is taken. */
export function deliverOwedTo({
  store,
  target,
  concurrency: underWay,
  observer,
  ...options
}: OwedOptions): OneRound {
  const hands = takeInHand(store, target.base);
  const scope = (): OwedScope => ({
    ...hands.scope(),
    target: target.base,
    // What a crash left before it was sent anywhere goes to where deliveries go.
    defaultTarget: store.recall(lastTargetKey),
  });
  const onAttempt = (attempt: AttemptSummary) => observer({ type: "attempt", attempt });
  const round = oneRound({ ...options, store, target, scope, underWay, onAttempt });
  return { ...round, done: round.done.finally(hands.release) };
}
