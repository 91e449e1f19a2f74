import type { NewAttempt, Trigger } from "../core/attempt.ts";
import type { Delivery } from "../core/delivery.ts";
import type { Target } from "../core/target.ts";
import { findProvider } from "../providers/_find.ts";
import type { Forwarder } from "../spool/forward.ts";
import { DEFAULT_TIMEOUT_MS } from "../spool/pipeline.ts";
import type { Store } from "../store/store.ts";

interface HandOverOptions {
  readonly store: Store;
  readonly forwarder: Forwarder;
  readonly target: Target;
  /** `undefined`: the provider's own limit, else {@link DEFAULT_TIMEOUT_MS}. */
  readonly timeoutMs: number | undefined;
  readonly trigger: (delivery: Delivery) => Trigger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Hands a stored delivery to a target once, if it is still owed: `undefined` where it was settled, or forgotten,
 * since it was read.
 */
export async function handOver(id: number, options: HandOverOptions): Promise<NewAttempt | undefined> {
  const { store, forwarder, target, signal } = options;
  const delivery = store.reader.delivery(id);
  const body = store.reader.body(id);
  if (!delivery?.owed || !body) return undefined;
  const provider = delivery.provider === null ? undefined : findProvider(delivery.provider);
  return forwarder.forward({
    delivery: id,
    head: delivery,
    body,
    target,
    trigger: options.trigger(delivery),
    timeoutMs: options.timeoutMs ?? provider?.limits.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    signal,
  });
}
