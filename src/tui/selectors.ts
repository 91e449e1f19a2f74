import type { DeliverySummary } from "../core/delivery.ts";
import { helpLines } from "./help-lines.ts";
import type { Where } from "./keymap.ts";
import { type Layout, layoutOf, TAB_ROWS } from "./layout.ts";
import type { Line } from "./line.ts";
import { type Detail, type State, selected } from "./state.ts";
import { tabLines } from "./tab-lines.ts";
import { WINDOW_ROWS } from "./window.ts";

export const layout = (state: State): Layout => layoutOf(state.size, state);

/** Where a key that is pressed now belongs. */
export function whereOf({ mode, focus }: State): Where {
  return mode.kind === "browse" ? focus : mode.kind;
}

/** Rows on the screen. */
export function visibleRows(state: State): readonly DeliverySummary[] {
  return state.window.rows.slice(state.top, state.top + layout(state).paneRows);
}

/** Height of a delivery's text. */
export const textRows = (state: State) => Math.max(1, layout(state).paneRows - TAB_ROWS);

export function showsDetail(state: State): boolean {
  return layout(state).wide || state.focus === "detail";
}

/** With the handler right now. */
export function isInFlight(delivery: DeliverySummary, { since, replaying }: State): boolean {
  if (replaying.includes(delivery.id)) return true;
  return delivery.id > since && delivery.attempts === 0 && delivery.refusal === null && delivery.owed;
}

/** Something on the screen changes with time alone. */
export function isTicking(state: State): boolean {
  const { tunnel } = state.about;
  if (state.message || (tunnel && tunnel.retryAt !== null)) return true;
  return visibleRows(state).some((row) => isInFlight(row, state));
}

export interface WantedPage {
  readonly direction: "older" | "newer";
  /** Only what is older, or newer, than this number. */
  readonly from: number;
  readonly limit: number;
}

/** Read in one go: few enough to be no pause, enough to scroll through. */
const PAGE = 500;

/** With a filter, most of what is read may be left out. */
const SEARCH_PAGE = 2_000;

/** What has to be read from the store before the list can be shown, scrolled or counted. */
export function wantedPage(state: State): WantedPage | undefined {
  const { window, top, filter } = state;
  const margin = 2 * layout(state).paneRows;
  const searching = filter.source !== "" && window.rows.length < WINDOW_ROWS;
  const limit = filter.source === "" ? PAGE : SEARCH_PAGE;
  if (!window.atNewest && (top < margin || (searching && window.atOldest)))
    return { direction: "newer", from: window.newest, limit };
  if (!window.atOldest && (window.rows.length - top < margin || searching))
    return { direction: "older", from: window.oldest, limit };
  return undefined;
}

/** The delivery whose details have to be read. */
export function wantedDetail(state: State): number | undefined {
  const id = selected(state)?.id;
  if (id === undefined || !showsDetail(state)) return undefined;
  return state.detail?.delivery.id === id && !state.detailStale ? undefined : id;
}

/** How many deliveries pass the filter, as far as is known. */
export function matchCount({ window }: State): { readonly found: number; readonly complete: boolean } {
  return { found: window.rows.length, complete: window.atNewest && window.atOldest };
}

/** The text of the open tab; made once for each delivery, tab and width. */
export function detailText(state: State): readonly Line[] {
  const { detail, tab, wrap } = state;
  if (!detail || detail.delivery.id !== selected(state)?.id) return [];
  const columns = layout(state).detailColumns - 2;
  const key = `${tab} ${columns} ${wrap}`;
  const made = texts.get(detail);
  if (made?.key === key) return made.lines;
  const lines = tabLines(tab, detail, { columns, wrap });
  texts.set(detail, { key, lines });
  return lines;
}

const texts = new WeakMap<Detail, { readonly key: string; readonly lines: readonly Line[] }>();

/** The last scroll position of what the keys move through. */
export function scrollEnd(state: State): number {
  const { paneRows } = layout(state);
  if (state.mode.kind === "help") return Math.max(0, helpLines(state.size.columns).length - paneRows);
  return Math.max(0, detailText(state).length - textRows(state));
}
