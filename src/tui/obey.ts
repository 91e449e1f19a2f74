import { parseFilter } from "../inspect/filter.ts";
import { completed, readLine } from "./command-line.ts";
import { foldable, placeAt, textOf, textRows } from "./detail-text.ts";
import type { Command } from "./keymap.ts";
import { layoutOf } from "./layout.ts";
import { forgeRows, overlayRows } from "./overlays.ts";
import { chosen, isProblem, type Mode, type State, selected, tabs } from "./state.ts";
import { emptyWindow, type HistoryWindow, indexOf, windowAt } from "./window.ts";

/** What a command does to what is seen; what it does to the world is not done here. */
export function commanded(state: State, command: Command): State {
  const { mode } = state;
  switch (mode.kind) {
    case "filter":
      return filterCommanded(state, mode, command);
    case "line":
      return lineCommanded(state, mode, command);
    case "forge":
      return forgeCommanded(state, mode, command);
    case "help":
    case "diff":
      if (command === "cancel") return browsing(state);
      return { ...state, mode: { ...mode, scroll: overlayScrolled(state, mode.scroll, command) } };
    case "copy":
    case "export":
    case "remove":
    case "resign":
      return browsing(state);
    case "browse":
      return browseCommanded(state, command);
  }
}

const browsing = (state: State): State => ({ ...state, mode: { kind: "browse" } });

function browseCommanded(state: State, command: Command): State {
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
    case "toggle":
      return toggled(state);
    case "fold-all":
      return settled({ ...state, folds: foldable(state), line: 0, scroll: 0 });
    case "unfold-all":
      return settled({ ...state, folds: new Set() });
    case "wrap":
      return settled({ ...state, wrap: !state.wrap, line: 0, scroll: 0 });
    case "header":
      return settled({ ...state, isHeaderFolded: !state.isHeaderFolded });
    case "fetch":
      return { ...state, tab: "job", line: 0, scroll: 0 };
    case "follow":
      return state.follow ? { ...state, follow: false } : following(state);
    case "mark":
      return marked(state);
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
      return filtered({ ...state, marks: [] }, "");
    case "copy":
      return { ...state, mode: { kind: "copy" } };
    case "export":
    case "delete":
      return asked(state, command);
    case "line":
      return { ...state, mode: { kind: "line", text: "" } };
    case "forge":
      return { ...state, mode: { kind: "forge", text: "", cursor: 0 } };
    case "help":
      return { ...state, mode: { kind: "help", scroll: 0 } };
    default:
      return state.focus === "list" ? listCommanded(state, command) : textCommanded(state, command);
  }
}

function asked(state: State, command: "export" | "delete"): State {
  const ids = chosen(state);
  if (ids.length === 0) return state;
  return {
    ...state,
    mode: command === "export" ? { kind: "export", ids } : { kind: "remove", ids, isAll: false },
  };
}

/** What is being read stays: a list that follows would take it away. */
function opened(state: State): State {
  return selected(state) ? settled({ ...state, focus: "detail", follow: false }) : state;
}

function listCommanded(state: State, command: Command): State {
  if (command === "first")
    return state.window.atNewest ? moved(state, 0) : { ...restarted(state, "newest"), follow: true };
  if (command === "last" && !state.window.atOldest) return { ...restarted(state, "oldest"), follow: false };
  const cursor = stepped(state.cursor, command, pageRows(state), state.window.rows.length - 1);
  const top = byScreen.includes(command) ? state.top + cursor - state.cursor : state.top;
  return moved({ ...state, top }, cursor);
}

function textCommanded(state: State, command: Command): State {
  const end = textOf(state).length - 1;
  const line = stepped(state.line, command, textRows(state), end);
  // By the screenful, what is seen moves with the cursor.
  const scroll = byScreen.includes(command) ? state.scroll + line - state.line : state.scroll;
  return settled({ ...state, line, scroll });
}

const byScreen: readonly Command[] = ["page-down", "page-up", "half-down", "half-up"];

function following(state: State): State {
  const follows = { ...state, follow: true, line: 0, scroll: 0 };
  return state.window.atNewest ? settled({ ...follows, cursor: 0, top: 0 }) : restarted(follows, "newest");
}

/** Puts the cursor on a row; who moves away from the newest no longer follows it. */
function moved(state: State, cursor: number): State {
  const after = settled({ ...state, cursor, seeking: null });
  if (after.cursor === state.cursor) return after;
  const follow = after.cursor === 0 && state.window.atNewest && state.follow;
  return { ...after, line: 0, scroll: 0, follow };
}

/** Marked, the next one is at hand. */
function marked(state: State): State {
  const id = selected(state)?.id;
  if (id === undefined) return state;
  const marks = state.marks.includes(id) ? state.marks.filter((mark) => mark !== id) : [...state.marks, id];
  const after = { ...state, marks, follow: false };
  return state.focus === "list" ? moved(after, state.cursor + 1) : after;
}

/** Folds the JSON under the cursor, or goes to the delivery that stands there. */
function toggled(state: State): State {
  const place = placeAt(state);
  if (place?.kind === "delivery") return gone(state, place.id);
  if (place?.kind !== "json" || !place.isFoldable) return state;
  const folds = new Set(state.folds);
  if (!folds.delete(place.line)) folds.add(place.line);
  return settled({ ...state, folds });
}

/** To a delivery by its number, past any filter that hides it. */
export function gone(state: State, id: number): State {
  const browse = { ...browsing(state), follow: false, line: 0, scroll: 0 };
  const at = state.window.rows.findIndex((row) => row.id === id);
  if (at !== -1) return settled({ ...browse, cursor: at, seeking: null });
  const filter = parseFilter("", state.now);
  if (isProblem(filter)) return state;
  return { ...browse, filter, window: windowAt(id), cursor: 0, top: 0, seeking: id, toReread: [] };
}

/** Another window, with the same delivery under the cursor and at the same height where it is still there. */
export function inWindow(state: State, window: HistoryWindow): State {
  if (window === state.window) return state;
  if (state.follow) {
    const place = window.rows[0]?.id === selected(state)?.id ? {} : { line: 0, scroll: 0 };
    return settled({ ...state, ...place, window, cursor: 0, top: 0 });
  }
  const id = state.seeking ?? selected(state)?.id;
  // The first page from the oldest end is looked at from that end.
  const cursor =
    id === undefined ? (state.window.atNewest ? 0 : window.rows.length - 1) : indexOf(window.rows, id);
  const isFound = window.rows[cursor]?.id === state.seeking;
  const middle = isFound ? cursor - Math.floor(pageRows(state) / 2) : state.top + cursor - state.cursor;
  return settled({ ...state, window, cursor, top: middle, seeking: isFound ? null : state.seeking });
}

/** Cursors and scroll positions inside of what there is. */
export function settled(state: State): State {
  const { paneRows } = layoutOf(state.size, state);
  const rows = state.window.rows.length;
  const cursor = within(state.cursor, 0, rows - 1);
  const lowest = Math.max(0, rows - paneRows);
  const top = Math.min(within(state.top, cursor - paneRows + 1, lowest), cursor);
  return withText({ ...state, cursor, top: Math.max(0, top) });
}

/** The text's cursor is seen, unless only the text was scrolled. */
function withText(state: State): State {
  if (state.line === 0 && state.scroll === 0) return state;
  const height = textRows(state);
  const length = textOf(state).length;
  const line = within(state.line, 0, length - 1);
  const scroll = within(state.scroll, line - height + 1, Math.min(line, Math.max(0, length - height)));
  return { ...state, line, scroll: Math.max(0, scroll) };
}

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));

export function restarted(state: State, from: "newest" | "oldest"): State {
  return { ...state, window: emptyWindow(from), cursor: 0, top: 0, seeking: null, toReread: [] };
}

/** Where a command leads from there. */
function stepped(from: number, command: Command, page: number, end: number): number {
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

function overlayScrolled(state: State, scroll: number, command: Command): number {
  const page = pageRows(state);
  return stepped(scroll, command, page, Math.max(0, overlayRows(state).length - page));
}

const pageRows = (state: State) => layoutOf(state.size, state).paneRows;

function atTab(state: State, step: number): State {
  const tab = tabs[(tabs.indexOf(state.tab) + step + tabs.length) % tabs.length] ?? state.tab;
  return { ...state, tab, line: 0, scroll: 0 };
}

/** The wheel moves what it is over, three rows at a time. */
export function wheeled(
  state: State,
  { rows, column }: { readonly rows: number; readonly column: number },
): State {
  const { mode } = state;
  if (mode.kind === "help" || mode.kind === "diff") {
    const end = Math.max(0, overlayRows(state).length - pageRows(state));
    return { ...state, mode: { ...mode, scroll: within(mode.scroll + rows, 0, end) } };
  }
  if (mode.kind === "forge") return forgeMoved(state, mode, mode.cursor + rows);
  if (mode.kind !== "browse") return state;
  const { wide, listColumns } = layoutOf(state.size, state);
  const isOverText = wide ? column >= listColumns : state.focus === "detail";
  if (!isOverText) {
    const cursor = within(state.cursor + rows, 0, state.window.rows.length - 1);
    return moved({ ...state, top: state.top + cursor - state.cursor }, cursor);
  }
  const line = within(state.line + rows, 0, textOf(state).length - 1);
  return settled({ ...state, line, scroll: state.scroll + rows, follow: false });
}

/** A click selects: a delivery, a tab's row, a choice. */
export function clicked(
  state: State,
  { column, row }: { readonly column: number; readonly row: number },
): State {
  const { wide, listColumns, headerRows, paneRows } = layoutOf(state.size, state);
  const paneRow = row - headerRows - 1;
  if (paneRow < 0 || paneRow >= paneRows) return state;
  const { mode } = state;
  if (mode.kind === "forge") return forgeMoved(state, mode, paneRow);
  if (mode.kind !== "browse" || state.window.rows.length === 0) return state;
  const isInText = wide ? column >= listColumns : state.focus === "detail";
  if (!isInText) {
    const cursor = state.top + paneRow;
    return cursor < state.window.rows.length ? moved({ ...state, focus: "list" }, cursor) : state;
  }
  const line = within(state.scroll + paneRow - 1, 0, textOf(state).length - 1);
  return paneRow === 0 ? opened(state) : opened({ ...state, line });
}

export function typed(state: State, text: string): State {
  const { mode } = state;
  switch (mode.kind) {
    case "filter":
      return filterTyped(state, mode, mode.text + text);
    case "line":
      return { ...state, mode: { ...mode, text: mode.text + text } };
    case "forge":
      return { ...state, mode: { ...mode, text: mode.text + text, cursor: 0 } };
    default:
      return state;
  }
}

function filterCommanded(state: State, mode: Mode & { kind: "filter" }, command: Command): State {
  if (command === "accept") return browsing(state);
  if (command === "cancel") return browsing(filtered(state, mode.before.source));
  return filterTyped(state, mode, erased(mode.text, command));
}

function lineCommanded(state: State, mode: Mode & { kind: "line" }, command: Command): State {
  if (command === "cancel") return browsing(state);
  // What is no command stays, to be mended: its other letters must not be taken for keys.
  if (command === "accept") return readLine(mode.text).kind === "problem" ? state : browsing(state);
  const text = command === "complete" ? completed(mode.text) : erased(mode.text, command);
  return { ...state, mode: { ...mode, text } };
}

function forgeCommanded(state: State, mode: Mode & { kind: "forge" }, command: Command): State {
  if (command === "accept" || command === "cancel") return browsing(state);
  const text = erased(mode.text, command);
  if (text !== mode.text) return { ...state, mode: { ...mode, text, cursor: 0 } };
  const end = forgeRows(state).length - 1;
  return { ...state, mode: { ...mode, cursor: stepped(mode.cursor, command, pageRows(state), end) } };
}

function forgeMoved(state: State, mode: Mode & { kind: "forge" }, cursor: number): State {
  return { ...state, mode: { ...mode, cursor: within(cursor, 0, Math.max(0, forgeRows(state).length - 1)) } };
}

function erased(text: string, command: Command): string {
  switch (command) {
    case "erase":
      return [...text].slice(0, -1).join("");
    case "erase-word":
      return text.replace(/\S*\s*$/, "");
    case "erase-all":
      return "";
    default:
      return text;
  }
}

function filterTyped(state: State, mode: Mode & { kind: "filter" }, text: string): State {
  return { ...filtered(state, text), mode: { ...mode, text } };
}

/** Takes a filter if it is one, and looks through the history from the newest on. */
export function filtered(state: State, text: string): State {
  const filter = parseFilter(text.trim(), state.now);
  if (isProblem(filter) || filter.source === state.filter.source) return state;
  return restarted({ ...state, filter, focus: "list", follow: true, line: 0, scroll: 0 }, "newest");
}

const FAILURES = "is:failure";

/** The filter without its `is:failure`; `undefined` where it has none. */
function withoutFailures(source: string): string | undefined {
  const words = source.split(" ");
  return words.includes(FAILURES) ? words.filter((word) => word !== FAILURES).join(" ") : undefined;
}

const withSpace = (source: string) => (source === "" ? "" : `${source} `);
