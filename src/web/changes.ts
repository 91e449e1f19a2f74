import type { DeliverySummary } from "../core/delivery.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { Cursor, LiveMessage } from "./protocol.ts";
import { masked } from "./read-detail.ts";

/** A tab that is further behind looks anew instead. */
const MOST_BEHIND = 1_000;

/** A provider gives up long before it has sent one event as often. */
const MOST_SETTLED = 100;

/** Where the store stands now. */
export function newestCursor(reader: DeliveryReader): Cursor {
  return { delivery: reader.nth(0) ?? 0, attempt: reader.newestAttempt() };
}

/**
 * What has come to the store since a tab was last told, and what else is known to have changed. Deliveries are told
 * as they now are, so that one told twice is no harm; `undefined` where nothing has changed.
 */
export function changesSince(
  reader: DeliveryReader,
  cursor: Cursor,
  also: readonly number[] = [],
): LiveMessage | undefined {
  // In this order an arrival is told with every attempt that the cursor then stands behind, and need not be read again.
  const attempts = reader.attemptsAfter(cursor.attempt, MOST_BEHIND + 1);
  const arrived = reader.deliveriesAfter(cursor.delivery, MOST_BEHIND + 1);
  if (arrived.length === 0 && attempts.length === 0 && also.length === 0) return undefined;
  if (arrived.length > MOST_BEHIND || attempts.length > MOST_BEHIND) return { type: "restart" };
  const deliveries = new Map<number, DeliverySummary>(arrived.map((delivery) => [delivery.id, delivery]));
  for (const id of new Set([...attempts.map(({ delivery }) => delivery), ...also])) {
    const delivery = deliveries.get(id) ?? deliveryOf(reader, id);
    if (!delivery) continue;
    deliveries.set(id, delivery);
    for (const settled of settledBy(delivery, reader)) deliveries.set(settled.id, settled);
  }
  return {
    type: "changes",
    deliveries: [...deliveries.values()].map(masked),
    cursor: {
      delivery: arrived.at(-1)?.id ?? cursor.delivery,
      attempt: attempts.at(-1)?.id ?? cursor.attempt,
    },
  };
}

function deliveryOf(reader: DeliveryReader, id: number): DeliverySummary | undefined {
  const [delivery] = reader.list({}, { limit: 1, before: id + 1 });
  return delivery?.id === id ? delivery : undefined;
}

/** Earlier deliveries of the same event, which this one's answer has settled. */
function settledBy({ id, job, duplicateOf, owed }: DeliverySummary, reader: DeliveryReader) {
  if (job === null || duplicateOf === null || owed) return [];
  return reader.list({ job }, { limit: MOST_SETTLED, before: id }).filter((other) => other.settledBy === id);
}
