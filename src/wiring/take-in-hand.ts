import type { OwedScope } from "../core/ports.ts";
import type { Store } from "../store/store.ts";
import { inOtherHands } from "./capture-presence.ts";
import { hurry } from "./hurry.ts";

/** The right to hand over what is owed to a target, as far as no other process is at it. */
export interface Hands {
  /** What that leaves; it changes as sessions come and go. */
  scope(): Pick<OwedScope, "untriedBefore" | "notPromisedTo">;
  release(): void;
}

/** Who is at it already is told to try at once. */
export function takeInHand(store: Store, target: string): Hands {
  const claim = store.tryClaim(target);
  if (!claim) hurry(store, target);
  return {
    scope() {
      const { notPromisedTo = [], ...others } = inOtherHands(store);
      const theirs = notPromisedTo.filter((promisee) => promisee !== target);
      return { ...others, notPromisedTo: claim ? theirs : [...theirs, target] };
    },
    release: () => claim?.release(),
  };
}
