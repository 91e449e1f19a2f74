import type { DeliverySummary } from "../core/delivery.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { Filter } from "../inspect/filter.ts";
import type { FoundPage } from "./protocol.ts";

interface Search {
  readonly filter: Filter;
  /** Only what is older than this number. */
  readonly before: number | undefined;
  /** As many as are wanted. */
  readonly limit: number;
}

/** Read at once while looking for what a filter lets through. */
const SEARCH_PAGE = 500;

/** How many deliveries one search looks at: capturing goes on between two, and a page asks again. */
const MOST_LOOKED_AT = 5_000;

/** The next deliveries that pass a filter; fewer than wanted where many had to be looked at. */
export function findDeliveries(reader: DeliveryReader, { filter, before, limit }: Search): FoundPage {
  const found: DeliverySummary[] = [];
  const pageSize = filter.source === "" ? limit : SEARCH_PAGE;
  let from = before;
  for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += pageSize) {
    const page = reader.list({}, { limit: pageSize, before: from });
    for (const delivery of page) {
      if (filter.matches(delivery)) found.push(delivery);
      if (found.length === limit) return { deliveries: found, next: delivery.id };
    }
    if (page.length < pageSize) return { deliveries: found, next: null };
    from = page.at(-1)?.id;
  }
  return { deliveries: found, next: from ?? null };
}
