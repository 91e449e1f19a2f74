import type { DeliverySummary } from "../core/delivery.ts";
import type { Where } from "./keymap.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type State, selected } from "./state.ts";
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

export function showsDetail(state: State): boolean {
  return layout(state).wide || state.focus === "detail";
}

/** The URL to give to a provider: public where there is one. */
export function endpointOf({ about }: State): string {
  return about.tunnel?.endpoint ?? about.ready?.endpoint ?? about.local;
}

/** With the handler right now. */
export function isInFlight(delivery: DeliverySummary, { since, replaying, about }: State): boolean {
  if (replaying.includes(delivery.id)) return true;
  if (about.isHeld || delivery.id <= since) return false;
  return delivery.attempts === 0 && delivery.refusal === null && delivery.owed;
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
const PAGE = 200;

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

/** The delivery of which has to be found out what its signature was compared with. */
export function wantedSignature(state: State): number | undefined {
  const id = state.detail?.delivery.id;
  if (id === undefined || state.tab !== "signature" || !showsDetail(state)) return undefined;
  return state.signature?.of === id || state.detail?.delivery.provider === null ? undefined : id;
}

/** How many deliveries pass the filter, as far as is known. */
export function matchCount({ window }: State): { readonly found: number; readonly complete: boolean } {
  return { found: window.rows.length, complete: window.atNewest && window.atOldest };
}
