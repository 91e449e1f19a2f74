import type { Store } from "../store/store.ts";

const keyOf = (target: string) => `hurry ${target}`;

/** Tells whichever process hands over to this target to try at once what waits for its next try. */
export function hurry(store: Pick<Store, "remember">, target: string): void {
  store.remember(keyOf(target), String(Date.now()));
}

/** Another value whenever somebody has called. */
export const lastHurry = (store: Pick<Store, "recall">, target: string) => store.recall(keyOf(target));
