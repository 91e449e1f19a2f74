import { parseTarget, type Target } from "../core/target.ts";
import type { Store } from "../store/store.ts";
import { readHold } from "../wiring/hold-state.ts";
import { currentTarget } from "../wiring/last-target.ts";

/** @throws {AppError} E_TARGET, E_NO_TARGET */
export const namedOrCurrent = (name: string | undefined, store: Store): Target =>
  name === undefined ? currentTarget(store) : parseTarget(name);

/** How it stands with the forwarding to a target, for programs and for people. */
export function holdLine(store: Store, target: string) {
  const waiting = store.owed.count({ promisedTo: target });
  const held = readHold(store, target).state === "held";
  return {
    line: { v: 1, type: "hold", held, waiting, target } as const,
    deliveries: waiting === 1 ? "1 delivery" : `${waiting} deliveries`,
  };
}
