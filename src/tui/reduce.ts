import type { AttemptSummary } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { Notice } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import type { SignatureFacts } from "../core/verdict.ts";
import type { Diff } from "../inspect/diff.ts";
import type { Command } from "./keymap.ts";
import type { Size } from "./layout.ts";
import { clicked, commanded, filtered, gone, inWindow, restarted, settled, typed, wheeled } from "./obey.ts";
import type {
  Counts,
  Detail,
  ForgeChoice,
  Message,
  Mode,
  OutputFacts,
  Registration,
  State,
} from "./state.ts";
import { selected } from "./state.ts";
import {
  type HistoryPage,
  type HistoryWindow,
  withArrivals,
  withAttempts,
  without,
  withPage,
  withReread,
} from "./window.ts";

export type Action =
  | { readonly type: "resized"; readonly size: Size }
  | { readonly type: "ticked"; readonly now: number }
  | { readonly type: "noticed"; readonly notices: readonly Notice[]; readonly now: number }
  | { readonly type: "ready"; readonly ready: Ready; readonly caution: string | null }
  | { readonly type: "counted"; readonly counts: Counts }
  | { readonly type: "reached"; readonly answers: boolean }
  | { readonly type: "held"; readonly isHeld: boolean }
  /** Notices were dropped: the window begins anew from the store. */
  | { readonly type: "fell-behind" }
  | { readonly type: "paged"; readonly page: HistoryPage }
  /** What of these deliveries passes the filter now. */
  | {
      readonly type: "reread";
      readonly ids: readonly number[];
      readonly found: readonly DeliverySummary[];
    }
  | { readonly type: "detailed"; readonly detail: Detail | null }
  | { readonly type: "judged"; readonly id: number; readonly facts: SignatureFacts | null }
  | { readonly type: "output"; readonly url: string; readonly facts: OutputFacts }
  | { readonly type: "command"; readonly command: Command }
  | { readonly type: "typed"; readonly text: string }
  | { readonly type: "wheeled"; readonly rows: number; readonly column: number }
  | { readonly type: "clicked"; readonly column: number; readonly row: number }
  | { readonly type: "filtered"; readonly text: string }
  /** To a delivery by its number. */
  | { readonly type: "gone"; readonly id: number }
  | { readonly type: "asked"; readonly mode: Mode }
  | { readonly type: "compared"; readonly left: number; readonly right: number; readonly diff: Diff }
  | { readonly type: "replaying"; readonly id: number }
  | { readonly type: "replayed"; readonly id: number }
  | { readonly type: "removed"; readonly ids: readonly number[] }
  | { readonly type: "choices"; readonly choices: readonly ForgeChoice[] }
  | { readonly type: "forged"; readonly choice: ForgeChoice }
  | { readonly type: "registrations"; readonly registrations: readonly Registration[] }
  | { readonly type: "said"; readonly message: Message | null };

/** The whole of the UI's behaviour: a state and what happened give the next state. */
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
    case "reached":
      return { ...state, about: { ...state.about, answers: action.answers } };
    case "held":
      return { ...state, about: { ...state.about, isHeld: action.isHeld } };
    case "fell-behind":
      return fallenBehind(state);
    case "paged":
      return inWindow(state, withPage(state.window, action.page));
    case "reread":
      return inWindow(
        { ...state, toReread: [] },
        withReread(state.window, new Set(action.ids), action.found),
      );
    case "detailed":
      return detailed(state, action.detail);
    case "judged":
      return { ...state, signature: { of: action.id, facts: action.facts } };
    case "output":
      return { ...state, outputs: withOutput(state.outputs, action.url, action.facts) };
    case "command":
      return commanded({ ...state, message: null }, action.command);
    case "typed":
      return typed(state, action.text);
    case "wheeled":
      return wheeled(state, action);
    case "clicked":
      return clicked(state, action);
    case "filtered":
      return filtered(state, action.text);
    case "gone":
      return gone(state, action.id);
    case "asked":
      return { ...state, mode: action.mode };
    case "compared": {
      const { left, right, diff } = action;
      return { ...state, mode: { kind: "diff", left, right, diff, scroll: 0 } };
    }
    case "replaying":
      return { ...state, replaying: [...state.replaying, action.id] };
    case "replayed":
      return { ...state, replaying: state.replaying.filter((id) => id !== action.id) };
    case "removed":
      return removed(state, new Set(action.ids));
    case "choices":
      return { ...state, forgeChoices: action.choices };
    case "forged":
      return { ...state, lastForged: action.choice };
    case "registrations":
      return { ...state, registrations: action.registrations };
    case "said":
      return { ...state, message: action.message };
  }
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
      case "hold":
        about = { ...about, isHeld: notice.held };
        message = { text: holdText(notice), tone: "warn", until: state.now + MESSAGE_MS };
        break;
      case "turned-away":
        message = { text: `turned away: ${notice.reason}`, tone: "warn", until: state.now + MESSAGE_MS };
        break;
    }
  }
  const last = attempts.at(-1);
  if (last) about = { ...about, answers: last.outcome === "responded" || last.outcome === "timed-out" };
  counts = counts && withUncounted(counts, arrivals);
  const { window, filter } = state;
  // What a text holds, only the store knows.
  const asksForWords = (filter.asks.words ?? []).length > 0;
  const passes = asksForWords ? () => false : filter.matches;
  const arrived = withArrivals(window, arrivals, passes, !state.follow);
  if (asksForWords) judged.push(...arrivals.map(({ id }) => id));
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

export const ON_HOLD = "on hold: what comes is kept, acknowledged, and waits for p";

function holdText({ held, waiting }: Extract<Notice, { type: "hold" }>): string {
  if (held) return ON_HOLD;
  return waiting === 0 ? "forwarding" : `forwarding again, first what waited: ${waiting}`;
}

function withUncounted(counts: Counts, arrivals: readonly DeliverySummary[]): Counts {
  const uncounted = arrivals.filter(({ id }) => id > counts.newest).length;
  return {
    ...counts,
    deliveries: counts.deliveries + uncounted,
    newest: Math.max(counts.newest, arrivals.at(-1)?.id ?? 0),
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

/** What was folded stays so while it is the same delivery. */
function detailed(state: State, detail: Detail | null): State {
  const isSame = detail !== null && detail.delivery.id === state.detail?.delivery.id;
  const fresh = isSame ? {} : { folds: new Set<number>(), line: 0, scroll: 0 };
  return settled({ ...state, ...fresh, detail, detailStale: false });
}

function removed(state: State, ids: ReadonlySet<number>): State {
  const marks = state.marks.filter((id) => !ids.has(id));
  const detail = ids.has(selected(state)?.id ?? 0) ? null : state.detail;
  return inWindow({ ...state, marks, detail }, without(state.window, ids));
}

/** Of more files than these, the facts that were asked for first are forgotten. */
const MOST_OUTPUTS = 500;

function withOutput(outputs: State["outputs"], url: string, facts: OutputFacts): State["outputs"] {
  const entries = [...outputs].filter(([known]) => known !== url);
  return new Map([...entries, [url, facts] as const].slice(-MOST_OUTPUTS));
}
