import type { DeliveryEvent } from "../core/delivery.ts";

/**
 * The value at a dotted path (`data.0.taskUUID`), own members only; `undefined` where there is none.
 */
export function valueAt(json: unknown, path: string): unknown {
  let value = json;
  let from = 0;
  // Every provider asks it of every delivery, mostly in vain: nothing is split that is not there.
  for (;;) {
    const dot = path.indexOf(".", from);
    const key = dot === -1 && from === 0 ? path : path.slice(from, dot === -1 ? undefined : dot);
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
    if (dot === -1) return value;
    from = dot + 1;
  }
}

/** The text or number at the first of these paths that has one, as text; `null` where none has. */
export function textAt(json: unknown, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    const value = valueAt(json, path);
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return null;
}

/** Whether there is a member at every one of these paths, `null` included. */
export function hasAll(json: unknown, ...paths: readonly string[]): boolean {
  return paths.every((path) => valueAt(json, path) !== undefined);
}

/** Whether a member is text and one of these words. */
export function isOneOf(json: unknown, path: string, words: readonly string[]): boolean {
  const value = valueAt(json, path);
  return typeof value === "string" && words.includes(value);
}

/** The parts as one dedupe key; `null` where one is missing, as half a key would call strangers duplicates. */
export function keyOf(...parts: readonly (string | null | undefined)[]): string | null {
  return parts.every((part) => part !== null && part !== undefined) ? parts.join(":") : null;
}

/** Whether any header field's name begins so. */
export function hasHeaderLike(headers: ReadonlyMap<string, string>, prefix: string): boolean {
  for (const name of headers.keys()) if (name.startsWith(prefix)) return true;
  return false;
}

/**
 * The one word for all providers that a provider's own status stands for; `null` for a word that no page of
 * any provider uses. What ends a job without a result counts as failed, a cancellation too.
 */
export function eventOfStatus(status: string | null): DeliveryEvent | null {
  return status === null ? null : (eventByStatus.get(status.toLowerCase().replaceAll(/[ -]/g, "_")) ?? null);
}

/** The same for names like `job.completed` or `image_generation.complete`: their last part decides. */
export function eventOfName(name: string | null): DeliveryEvent | null {
  return eventOfStatus(name === null ? null : name.slice(name.lastIndexOf(".") + 1));
}

const statuses = {
  completed: "completed complete succeeded succeed success successful done ready finished generated ok",
  failed:
    "failed fail failure error errored canceled cancelled expired timeout timed_out rejected incomplete",
  processing:
    "processing in_progress progress running started starting start queued in_queue pending created submitted dreaming",
} as const satisfies Record<DeliveryEvent, string>;

const eventByStatus: ReadonlyMap<string, DeliveryEvent> = new Map(
  (Object.keys(statuses) as DeliveryEvent[]).flatMap((event) =>
    statuses[event].split(" ").map((status) => [status, event] as const),
  ),
);
