import type { Attempt, AttemptSummary } from "../core/attempt.ts";
import type { Delivery, DeliverySummary } from "../core/delivery.ts";
import type { Notice } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import { type Filter, type FilterProblem, parseFilter } from "../inspect/filter.ts";
import type { Command } from "./keymap.ts";
import { layoutOf, type Size, TAB_ROWS } from "./layout.ts";
import {
  emptyWindow,
  type HistoryPage,
  type HistoryWindow,
  indexOf,
  withArrivals,
  withAttempts,
  without,
  withPage,
  withReread,
} from "./window.ts";

export const tabs = ["body", "headers", "response", "signature", "attempts", "job"] as const;
export type Tab = (typeof tabs)[number];

/** What is being asked at the bottom; `browse` when nothing is. */
type Mode =
  | { readonly kind: "browse" }
  | { readonly kind: "filter"; readonly text: string; readonly before: Filter }
  | { readonly kind: "copy" }
  | { readonly kind: "remove"; readonly id: number }
  | { readonly kind: "help"; readonly scroll: number };

export interface Message {
  readonly text: string;
  readonly tone: "good" | "bad" | "warn" | "accent";
  /** Milliseconds since the epoch; gone then, or with the next key. */
  readonly until: number;
}

/** One delivery as the store has it, for the tabs. */
export interface Detail {
  readonly delivery: Delivery;
  /** The body's beginning. */
  readonly body: Uint8Array;
  readonly attempts: readonly Attempt[];
  /** Every delivery that speaks of the same job, oldest first. */
  readonly job: readonly DeliverySummary[];
}

/** What is known of the session. */
interface About {
  readonly target: string;
  /** The capture endpoint on loopback. */
  readonly local: string;
  /** `null` while the tunnel is being opened. */
  readonly ready: Ready | null;
  readonly tunnel: TunnelStatus | null;
  readonly caution: string | null;
}

/** What the store has in all. */
export interface Counts {
  readonly deliveries: number;
  readonly owed: number;
  /** The newest delivery that was counted; later ones are added as they come. */
  readonly newest: number;
}

export interface State {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly size: Size;
  readonly about: About;
  readonly counts: Counts;
  /** The newest delivery before this session: what came later and has no attempt is with the handler now. */
  readonly since: number;
  readonly window: HistoryWindow;
  /** Deliveries outside the rows that changed so that a filter might see them otherwise. */
  readonly toReread: readonly number[];
  readonly filter: Filter;
  /** Index into the window's rows, and that of the first row shown. */
  readonly cursor: number;
  readonly top: number;
  readonly follow: boolean;
  readonly focus: "list" | "detail";
  readonly tab: Tab;
  readonly scroll: number;
  readonly wrap: boolean;
  readonly folded: boolean;
  readonly mode: Mode;
  readonly detail: Detail | null;
  /** What is shown of `detail` is out of date. */
  readonly detailStale: boolean;
  /** Deliveries that are being replayed. */
  readonly replaying: readonly number[];
  readonly message: Message | null;
}

export type Action =
  | { readonly type: "resized"; readonly size: Size }
  | { readonly type: "ticked"; readonly now: number }
  | { readonly type: "noticed"; readonly notices: readonly Notice[]; readonly now: number }
  | { readonly type: "ready"; readonly ready: Ready; readonly caution: string | null }
  | { readonly type: "counted"; readonly counts: Counts }
  /** Notices were dropped: the window begins anew from the store. */
  | { readonly type: "fell-behind" }
  | { readonly type: "paged"; readonly page: HistoryPage }
  | { readonly type: "reread"; readonly deliveries: readonly DeliverySummary[] }
  | { readonly type: "detailed"; readonly detail: Detail | null }
  | { readonly type: "command"; readonly command: Command; readonly end: number }
  | { readonly type: "typed"; readonly text: string }
  | { readonly type: "replaying"; readonly id: number }
  | { readonly type: "replayed"; readonly id: number }
  | { readonly type: "removed"; readonly ids: readonly number[] }
  | { readonly type: "said"; readonly message: Message | null };

interface Beginning {
  readonly now: number;
  readonly size: Size;
  readonly about: About;
  readonly counts: Counts;
  readonly since: number;
}

const noFilter = parseFilter("", 0) as Filter;

export function initialState(beginning: Beginning): State {
  return {
    ...beginning,
    window: emptyWindow("newest"),
    toReread: [],
    filter: noFilter,
    cursor: 0,
    top: 0,
    follow: true,
    focus: "list",
    tab: "body",
    scroll: 0,
    wrap: true,
    folded: false,
    mode: { kind: "browse" },
    detail: null,
    detailStale: false,
    replaying: [],
    message: null,
  };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "resized":
      return settled({ ...state, size: action.size });
    case "ticked":
      return { ...state, now: action.now, message: unexpired(state.message, action.now) };
    case "noticed":
      return noticed({ ...state, now: action.now, message: unexpired(state.message, action.now) }, action);
    case "ready":
      return { ...state, about: { ...state.about, ready: action.ready, caution: action.caution } };
    case "counted":
      return { ...state, counts: action.counts };
    case "fell-behind":
      return fallenBehind(state);
    case "paged":
      return inWindow(state, withPage(state.window, action.page, state.filter.matches));
    case "reread":
      return inWindow(
        { ...state, toReread: [] },
        withReread(state.window, action.deliveries, state.filter.matches),
      );
    case "detailed":
      return { ...state, detail: action.detail, detailStale: false };
    case "command":
      return commanded({ ...state, message: null }, action.command, action.end);
    case "typed":
      return state.mode.kind === "filter" ? typing(state, state.mode.text + action.text) : state;
    case "replaying":
      return { ...state, replaying: [...state.replaying, action.id] };
    case "replayed":
      return { ...state, replaying: state.replaying.filter((id) => id !== action.id) };
    case "removed":
      return inWindow({ ...state, detail: null }, without(state.window, action.ids));
    case "said":
      return { ...state, message: action.message };
  }
}

export function selected(state: State): DeliverySummary | undefined {
  return state.window.rows[state.cursor];
}

function noticed(state: State, { notices }: { readonly notices: readonly Notice[] }): State {
  const arrivals: DeliverySummary[] = [];
  const attempts: AttemptSummary[] = [];
  const judged: number[] = [];
  let { about, counts, message } = state;
  for (const notice of notices) {
    switch (notice.type) {
      case "delivery":
        arrivals.push(notice.delivery);
        break;
      case "attempt":
        attempts.push(notice.attempt);
        break;
      case "tunnel":
        about = { ...about, tunnel: notice.status };
        break;
      case "verdict":
      case "given-up":
        judged.push(notice.delivery);
        break;
      case "turned-away":
        message = { text: `turned away: ${notice.reason}`, tone: "warn", until: state.now + MESSAGE_MS };
        break;
    }
  }
  const uncounted = arrivals.filter(({ id }) => id > counts.newest).length;
  counts = {
    ...counts,
    deliveries: counts.deliveries + uncounted,
    newest: Math.max(counts.newest, arrivals.at(-1)?.id ?? 0),
  };
  const { window, filter } = state;
  const arrived = withArrivals(window, arrivals, filter.matches, !state.follow);
  const after = inWindow(
    { ...state, about, counts, message },
    withAttempts(arrived, attempts, filter.matches),
  );
  return {
    ...after,
    toReread: [...new Set([...outsiders(after, arrived, attempts), ...judged])].slice(-MOST_TO_REREAD),
    detailStale: isStale(after, arrivals, attempts) || judged.includes(after.detail?.delivery.id ?? 0),
  };
}

function fallenBehind(state: State): State {
  if (state.follow) return { ...restarted(state, "newest"), detailStale: true };
  const unsure = state.window.rows.filter(({ attempts }) => attempts === 0).map(({ id }) => id);
  const toReread = unsure.slice(0, MOST_TO_REREAD);
  return { ...state, window: { ...state.window, atNewest: false }, toReread, detailStale: true };
}

/** How long a message stays. */
export const MESSAGE_MS = 4_000;

/** More than these at once are not worth reading again. */
const MOST_TO_REREAD = 500;

/** With a filter, an attempt can bring a delivery in that was left out before. */
function outsiders(
  state: State,
  before: HistoryWindow,
  attempts: readonly AttemptSummary[],
): readonly number[] {
  if (state.filter.source === "" || attempts.length === 0) return state.toReread;
  const shown = new Set(before.rows.map(({ id }) => id));
  const changed = attempts
    .map(({ delivery }) => delivery)
    .filter((id) => !shown.has(id) && id >= before.oldest);
  return [...new Set([...state.toReread, ...changed])].slice(-MOST_TO_REREAD);
}

function isStale(
  state: State,
  arrivals: readonly DeliverySummary[],
  attempts: readonly AttemptSummary[],
): boolean {
  const shown = state.detail?.delivery;
  if (!shown || state.detailStale) return state.detailStale;
  const sameJob = (delivery: DeliverySummary) => delivery.job !== null && delivery.job === shown.job;
  return attempts.some(({ delivery }) => delivery === shown.id) || arrivals.some(sameJob);
}

function unexpired(message: Message | null, now: number): Message | null {
  return message && message.until > now ? message : null;
}

/** Another window, with the same delivery under the cursor and at the same height where it is still there. */
function inWindow(state: State, window: HistoryWindow): State {
  if (window === state.window) return state;
  if (state.follow) {
    const scroll = window.rows[0]?.id === selected(state)?.id ? state.scroll : 0;
    return settled({ ...state, window, cursor: 0, top: 0, scroll });
  }
  const id = selected(state)?.id;
  // The first page from the oldest end is looked at from that end.
  const cursor =
    id === undefined ? (state.window.atNewest ? 0 : window.rows.length - 1) : indexOf(window.rows, id);
  return settled({ ...state, window, cursor, top: state.top + cursor - state.cursor });
}

/** Cursor and scroll position inside of what there is. */
function settled(state: State): State {
  const { paneRows } = layoutOf(state.size, state);
  const last = Math.max(0, state.window.rows.length - 1);
  const cursor = Math.min(Math.max(0, state.cursor), last);
  const lowest = Math.max(0, state.window.rows.length - paneRows);
  const top = Math.min(Math.max(state.top, cursor - paneRows + 1, 0), cursor, Math.max(lowest, 0));
  return { ...state, cursor, top };
}

function restarted(state: State, from: "newest" | "oldest"): State {
  return { ...state, window: emptyWindow(from), cursor: 0, top: 0, toReread: [] };
}

/** `end` is the last scroll position of what the focus is on. */
function commanded(state: State, command: Command, end: number): State {
  switch (state.mode.kind) {
    case "filter":
      return filterCommanded(state, state.mode, command);
    case "help":
      return command === "cancel"
        ? browsing(state)
        : {
            ...state,
            mode: { kind: "help", scroll: scrolled(state.mode.scroll, command, pageRows(state), end) },
          };
    case "copy":
    case "remove":
      return browsing(state);
    case "browse":
      return browseCommanded(state, command, end);
  }
}

const browsing = (state: State): State => ({ ...state, mode: { kind: "browse" } });

function browseCommanded(state: State, command: Command, end: number): State {
  switch (command) {
    case "open":
      return opened(state);
    case "back":
      return { ...state, focus: "list" };
    case "other-pane":
      return state.focus === "list" ? opened(state) : { ...state, focus: "list" };
    case "next-tab":
      return atTab(state, 1);
    case "previous-tab":
      return atTab(state, -1);
    case "next-delivery":
      return moved(state, state.cursor + 1);
    case "previous-delivery":
      return moved(state, state.cursor - 1);
    case "wrap":
      return { ...state, wrap: !state.wrap, scroll: 0 };
    case "fold":
      return settled({ ...state, folded: !state.folded });
    case "follow":
      return state.follow ? { ...state, follow: false } : following(state);
    case "filter":
      return {
        ...state,
        mode: { kind: "filter", text: withSpace(state.filter.source), before: state.filter },
      };
    case "failures":
      return filtered(
        state,
        withoutFailures(state.filter.source) ?? `${withSpace(state.filter.source)}${FAILURES}`,
      );
    case "clear-filter":
      return state.filter.source === "" ? state : filtered(state, "");
    case "copy":
      return { ...state, mode: { kind: "copy" } };
    case "remove": {
      const id = selected(state)?.id;
      return id === undefined ? state : { ...state, mode: { kind: "remove", id } };
    }
    case "help":
      return { ...state, mode: { kind: "help", scroll: 0 } };
    default:
      return state.focus === "list"
        ? listCommanded(state, command)
        : { ...state, scroll: scrolled(state.scroll, command, pageRows(state) - TAB_ROWS, end) };
  }
}

/** What is being read stays: a list that follows would take it away. */
function opened(state: State): State {
  return selected(state) ? { ...state, focus: "detail", follow: false } : state;
}

function listCommanded(state: State, command: Command): State {
  if (command === "first")
    return state.window.atNewest ? moved(state, 0) : { ...restarted(state, "newest"), follow: true };
  if (command === "last" && !state.window.atOldest) return { ...restarted(state, "oldest"), follow: false };
  return moved(state, scrolled(state.cursor, command, pageRows(state), state.window.rows.length - 1));
}

function following(state: State): State {
  const follows = { ...state, follow: true, scroll: 0 };
  return state.window.atNewest ? settled({ ...follows, cursor: 0, top: 0 }) : restarted(follows, "newest");
}

/** Puts the cursor on a row; who moves away from the newest no longer follows it. */
function moved(state: State, cursor: number): State {
  const after = settled({ ...state, cursor });
  if (after.cursor === state.cursor) return state;
  return { ...after, scroll: 0, follow: after.cursor === 0 && state.window.atNewest && state.follow };
}

function scrolled(from: number, command: Command, page: number, end: number): number {
  const half = Math.max(1, Math.floor(page / 2));
  const steps: Partial<Record<Command, number>> = {
    down: 1,
    up: -1,
    "page-down": Math.max(1, page - 1),
    "page-up": -Math.max(1, page - 1),
    "half-down": half,
    "half-up": -half,
    first: Number.NEGATIVE_INFINITY,
    last: Number.POSITIVE_INFINITY,
  };
  return Math.max(0, Math.min(end, Math.min(from, end) + (steps[command] ?? 0)));
}

const pageRows = (state: State) => layoutOf(state.size, state).paneRows;

function atTab(state: State, step: number): State {
  const tab = tabs[(tabs.indexOf(state.tab) + step + tabs.length) % tabs.length] ?? state.tab;
  return { ...state, tab, scroll: 0 };
}

function filterCommanded(state: State, mode: Mode & { kind: "filter" }, command: Command): State {
  switch (command) {
    case "accept":
      return browsing(state);
    case "cancel":
      return browsing(filtered(state, mode.before.source));
    case "erase":
      return typing(state, [...mode.text].slice(0, -1).join(""));
    case "erase-word":
      return typing(state, mode.text.replace(/\S*\s*$/, ""));
    case "erase-all":
      return typing(state, "");
    default:
      return state;
  }
}

function typing(state: State, text: string): State {
  const { mode } = state;
  return mode.kind === "filter" ? { ...filtered(state, text), mode: { ...mode, text } } : state;
}

/** Takes a filter if it is one, and looks through the history from the newest on. */
function filtered(state: State, text: string): State {
  const filter = parseFilter(text.trim(), state.now);
  if (isProblem(filter) || filter.source === state.filter.source) return state;
  return restarted({ ...state, filter, focus: "list", follow: true, scroll: 0 }, "newest");
}

export function isProblem(filter: Filter | FilterProblem): filter is FilterProblem {
  return "problem" in filter;
}

const FAILURES = "is:failure";

/** The filter without its `is:failure`; `undefined` where it has none. */
function withoutFailures(source: string): string | undefined {
  const words = source.split(" ");
  return words.includes(FAILURES) ? words.filter((word) => word !== FAILURES).join(" ") : undefined;
}

const withSpace = (source: string) => (source === "" ? "" : `${source} `);
