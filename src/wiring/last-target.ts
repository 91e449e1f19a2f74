import type { DeliverySummary } from "../core/delivery.ts";
import { AppError } from "../core/errors.ts";
import { parseTarget, type Target } from "../core/target.ts";
import type { Store } from "../store/store.ts";
import { lastTargetKey } from "./capture-protocol.ts";

/**
 * Where a delivery went last, else where deliveries go.
 *
 * @throws {AppError} E_NO_TARGET
 */
export function lastTargetOf(
  { id, lastTarget }: Pick<DeliverySummary, "id" | "lastTarget">,
  store: Pick<Store, "recall">,
): Target {
  const target = lastTarget ?? store.recall(lastTargetKey);
  if (target === undefined) throw noTarget(id);
  return parseTarget(target);
}

/**
 * Where deliveries go: the target of the last session.
 *
 * @throws {AppError} E_NO_TARGET
 */
export function currentTarget(store: Pick<Store, "recall">): Target {
  const target = store.recall(lastTargetKey);
  if (target !== undefined) return parseTarget(target);
  throw new AppError("no target is named, and no listen has had one here yet", {
    code: "E_NO_TARGET",
    fault: "user",
    hint: "Name one: --to 3000, or --to http://localhost:3000/api/webhooks",
  });
}

function noTarget(id: number): AppError {
  return new AppError(`delivery ${id} has never been sent anywhere`, {
    code: "E_NO_TARGET",
    fault: "user",
    hint: `Name a target: hookspool replay ${id} --to 3000`,
  });
}
