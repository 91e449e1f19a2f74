import type { DeliverySummary } from "../../core/delivery.ts";
import { type Filter, parseFilter } from "../../inspect/filter.ts";
import type { FoundPage } from "../protocol.ts";
import { type Api, ApiError } from "./api.ts";
import { merged, type Rows, vanished, without } from "./rows.ts";

/** Deliveries asked for at once: the newest soon, older ones in fewer questions. */
const PAGE = { newest: 200, older: 500 } as const;

/** More are not kept while the newest are looked at; scrolling down loads them again. */
const MOST_KEPT = 5_000;

interface Options {
  readonly api: Api;
  /** There are other rows than before. */
  readonly show: () => void;
  readonly trouble: (error: unknown) => void;
}

export type Deliveries = ReturnType<typeof createDeliveries>;

/** The list as far as it is loaded: what passes the filter, newest first. */
export function createDeliveries({ api, show, trouble }: Options) {
  let rows: Rows = [];
  let filter = parseFilter("", 0) as Filter;
  /** Where the next older page begins; `null` at the oldest, `undefined` before the first. */
  let next: number | null | undefined;
  let loading = false;
  /** What came while the first page was on its way, and may be newer than what stands there. */
  let told: Rows = [];
  /** What was taken last, or is being taken. */
  let taking: Promise<unknown> = Promise.resolve();
  /** Grows with every new list: an answer to an older question is dropped. */
  let edition = 0;

  /** Begins the list anew, with what the filter says now; what is known stands there until it is read again. */
  function restart() {
    edition += 1;
    rows = rows.filter(filter.matches);
    next = undefined;
    loading = false;
    told = [];
    show();
    void loadOlder();
  }

  async function loadOlder(): Promise<void> {
    if (loading || next === null) return;
    loading = true;
    const asked = edition;
    try {
      const page = await api.find({
        filter: filter.source,
        before: next,
        limit: next === undefined ? PAGE.newest : PAGE.older,
      });
      if (asked !== edition) return;
      const oldest = page.next ?? 0;
      if (next === undefined) rows = merged(page.deliveries, told, { matches: filter.matches, oldest });
      else rows = merged(page.deliveries, rows, { matches: () => true, oldest: 0 });
      next = page.next;
      told = [];
    } catch (error) {
      if (asked === edition && error instanceof ApiError && error.status !== "network") trouble(error);
    }
    loading = false;
    show();
  }

  /** Whether one of these passes the filter: for words in a body, only the store knows. */
  async function testFor(some: Rows): Promise<(delivery: DeliverySummary) => boolean> {
    const { matches, asks, source } = filter;
    const ids = some.filter(matches).map(({ id }) => id);
    if (!asks.words?.length || ids.length === 0) return matches;
    const from = Math.min(...ids);
    const passing = new Set<number>();
    let before: number | null = Math.max(...ids) + 1;
    while (before !== null) {
      const page: FoundPage = await api.find({ filter: source, from, before, limit: PAGE.older });
      for (const { id } of page.deliveries) passing.add(id);
      before = page.next;
    }
    return ({ id }) => passing.has(id);
  }

  async function takeOne(changed: Rows, atTop: boolean): Promise<readonly DeliverySummary[]> {
    const newest = rows[0]?.id ?? 0;
    const matches = await testFor(changed);
    if (next === undefined)
      told = [...told.filter(({ id }) => !changed.some((one) => one.id === id)), ...changed.filter(matches)];
    rows = merged(rows, changed, { matches, oldest: next ?? 0 });
    if (atTop && rows.length > MOST_KEPT) {
      rows = rows.slice(0, MOST_KEPT);
      next = rows.at(-1)?.id ?? null;
    }
    show();
    return changed.filter((delivery) => delivery.id > newest && matches(delivery));
  }

  return {
    rows: () => rows,
    filter: () => filter,
    /** Whether the oldest has been loaded. */
    isWhole: () => next === null,
    restart,
    loadOlder,
    setFilter(to: Filter) {
      if (to.source === filter.source) return show();
      filter = to;
      restart();
    },
    /** Takes deliveries as they now are, in turn; gives those that are new. `atTop`: the newest are looked at. */
    take(changed: Rows, { atTop }: { readonly atTop: boolean }): Promise<readonly DeliverySummary[]> {
      const taken = taking.then(() => takeOne(changed, atTop));
      taking = taken.catch(() => {});
      return taken;
    },
    remove(ids: readonly number[]) {
      rows = without(rows, ids);
      show();
    },
    /** What was forgotten while nobody told; what has changed is taken as it now is. */
    async lookForVanished(): Promise<readonly number[]> {
      const page = await api.find({ filter: filter.source, before: undefined, limit: PAGE.newest });
      const known = new Set(rows.map(({ id }) => id));
      rows = merged(rows, page.deliveries, { matches: ({ id }) => known.has(id), oldest: 0 });
      return vanished(rows, page.deliveries, page.next ?? 0);
    },
  };
}
