import { type AttemptSummary, succeeded } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";

/** The most summaries in memory at once; the rest is read from the store when it is scrolled to. */
export const WINDOW_ROWS = 2_000;

/**
 * The part of the history that is in memory: everything between two delivery numbers that passes the filter,
 * newest first.
 */
export interface HistoryWindow {
  readonly rows: readonly DeliverySummary[];
  /** Everything from `oldest` to `newest` has been looked at. */
  readonly newest: number;
  readonly oldest: number;
  /** There is nothing newer, or older, than that. */
  readonly atNewest: boolean;
  readonly atOldest: boolean;
}

export type Matches = (delivery: DeliverySummary) => boolean;

/** What the store found further on in one direction, and whether there is more. */
export interface HistoryPage {
  readonly direction: "older" | "newer";
  /** Those that pass the filter, newest first. */
  readonly deliveries: readonly DeliverySummary[];
  /** Everything up to this number was looked at. */
  readonly reached: number;
  /** The newest delivery that there was when it was looked. */
  readonly newest: number;
  readonly end: boolean;
}

/** Begins at the newest delivery, or at the oldest; pages fill it. */
export function emptyWindow(from: "newest" | "oldest"): HistoryWindow {
  return from === "newest"
    ? { rows: [], newest: 0, oldest: Number.MAX_SAFE_INTEGER, atNewest: true, atOldest: false }
    : { rows: [], newest: 0, oldest: 0, atNewest: false, atOldest: true };
}

/** Begins on both sides of a delivery. */
export function windowAt(id: number): HistoryWindow {
  return { rows: [], newest: id, oldest: id + 1, atNewest: false, atOldest: false };
}

export function withPage(window: HistoryWindow, page: HistoryPage): HistoryWindow {
  const { direction, deliveries, reached, end } = page;
  if (direction === "older") {
    const rows = [...window.rows, ...deliveries];
    // One may have come between the two looks at the store.
    const newest = window.newest === 0 ? Math.max(page.newest, deliveries[0]?.id ?? 0) : window.newest;
    const grown = { ...window, rows, newest, oldest: reached, atOldest: end };
    return rows.length <= WINDOW_ROWS ? grown : dropNewest(grown);
  }
  return dropOldest({ ...window, rows: [...deliveries, ...window.rows], newest: reached, atNewest: end });
}

/**
 * New deliveries, oldest first. When the window is full and somebody is reading further down (`pinned`), they are
 * left in the store: what is on the screen stays.
 */
export function withArrivals(
  window: HistoryWindow,
  arrivals: readonly DeliverySummary[],
  matches: Matches,
  pinned: boolean,
): HistoryWindow {
  const unseen = arrivals.filter(({ id }) => id > window.newest);
  const last = unseen.at(-1);
  if (!window.atNewest || !last) return window;
  const found = unseen.filter(matches).reverse();
  if (pinned && found.length + window.rows.length > WINDOW_ROWS) return { ...window, atNewest: false };
  return dropOldest({
    ...window,
    rows: found.length === 0 ? window.rows : [...found, ...window.rows],
    newest: last.id,
    oldest: Math.min(window.oldest, unseen[0]?.id ?? last.id),
  });
}

/** What became of deliveries of the window; what no longer passes the filter leaves it. */
export function withAttempts(
  window: HistoryWindow,
  attempts: readonly AttemptSummary[],
  matches: Matches,
): HistoryWindow {
  if (attempts.length === 0) return window;
  const byDelivery = Map.groupBy(attempts, ({ delivery }) => delivery);
  let changed = false;
  const rows = window.rows.flatMap((row) => {
    const news = byDelivery.get(row.id);
    if (!news) return [row];
    changed = true;
    const after = news.reduce(afterAttempt, row);
    return matches(after) ? [after] : [];
  });
  return changed ? { ...window, rows } : window;
}

function afterAttempt(row: DeliverySummary, attempt: AttemptSummary): DeliverySummary {
  // A summary that was read from the store meanwhile knows of this attempt.
  if (attempt.number <= row.attempts) return row;
  const { outcome, status, ms, number } = attempt;
  return {
    ...row,
    attempts: number,
    lastOutcome: outcome,
    lastStatus: status,
    lastMs: ms,
    owed: row.owed && !succeeded(attempt),
  };
}

/** Deliveries that were looked at again: those `found` pass the filter as the store has them now, others do not. */
export function withReread(
  window: HistoryWindow,
  ids: ReadonlySet<number>,
  found: readonly DeliverySummary[],
): HistoryWindow {
  const inside = found.filter(({ id }) => id >= window.oldest && id <= window.newest);
  const rows = [...window.rows.filter(({ id }) => !ids.has(id)), ...inside].sort((a, b) => b.id - a.id);
  return { ...window, rows };
}

export function without(window: HistoryWindow, ids: ReadonlySet<number>): HistoryWindow {
  return { ...window, rows: window.rows.filter(({ id }) => !ids.has(id)) };
}

/** Where a delivery is, or would be. */
export function indexOf(rows: readonly DeliverySummary[], id: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.id ?? 0) > id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function dropOldest(window: HistoryWindow): HistoryWindow {
  if (window.rows.length <= WINDOW_ROWS) return window;
  const rows = window.rows.slice(0, WINDOW_ROWS);
  return { ...window, rows, oldest: rows.at(-1)?.id ?? window.oldest, atOldest: false };
}

function dropNewest(window: HistoryWindow): HistoryWindow {
  const rows = window.rows.slice(-WINDOW_ROWS);
  return { ...window, rows, newest: rows[0]?.id ?? window.newest, atNewest: false };
}
