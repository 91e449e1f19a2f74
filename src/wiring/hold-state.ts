import type { Store } from "../store/store.ts";

/** Whether what comes for a target is forwarded: on record in the data directory, so that every process sees it. */
export type HoldState = { readonly state: "forwarding" } | WaitingState;

interface WaitingState {
  /** `resuming`: what was held is being handed over, and nothing may overtake it. */
  readonly state: "held" | "resuming";
  /** Milliseconds since the epoch. */
  readonly since: number;
}

type Memory = Pick<Store, "recall" | "remember" | "unremember">;

const keyOf = (target: string) => `hold ${target}`;

/** @param target as the person named it: {@link Target.base} */
export function readHold(store: Memory, target: string): HoldState {
  const value = store.recall(keyOf(target));
  return value === undefined ? { state: "forwarding" } : (JSON.parse(value) as WaitingState);
}

export function hold(store: Memory, target: string): void {
  if (readHold(store, target).state !== "held") write(store, target, "held");
}

export function resume(store: Memory, target: string): void {
  if (readHold(store, target).state === "held") write(store, target, "resuming");
}

/** What was held is with the handler. A hold that has come since stays. */
export function endResuming(store: Memory, target: string): void {
  const value = store.recall(keyOf(target));
  const { state } = readHold(store, target);
  if (state === "resuming") store.unremember(keyOf(target), value);
}

function write(store: Memory, target: string, state: WaitingState["state"]): void {
  store.remember(keyOf(target), JSON.stringify({ state, since: Date.now() } satisfies WaitingState));
}
