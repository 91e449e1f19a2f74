import type { Actions } from "./actions/actions.ts";
import type { createDetail } from "./detail.ts";
import { showHelp } from "./dialogs/help.ts";
import type { KeyCommand, Pane } from "./keys.ts";

interface Parts {
  readonly actions: Actions;
  readonly detail: ReturnType<typeof createDetail>;
  /** As many rows of the list as are in sight. */
  readonly pageRows: () => number;
  /** Goes this many rows down in the list. */
  readonly move: (rows: number) => void;
  readonly setPane: (pane: Pane) => void;
  readonly toggleFollow: () => void;
  readonly toggleMark: () => void;
  readonly toggleHeader: () => void;
  readonly startFilter: () => void;
  readonly toggleFailures: () => void;
  readonly clearFilter: () => void;
}

/** A line of text, in px. */
const LINE_PX = 40;

const ALL = 1e7;

/** What each key's command does, in the pane that has the focus. */
export function commandsFor(parts: Parts): Readonly<Record<KeyCommand, (pane: Pane) => void>> {
  const { actions, detail, move } = parts;
  const go = (rows: number, pixels: number) => (pane: Pane) => {
    if (pane === "list") move(rows);
    else detail.scroll(pixels);
  };
  return {
    ...actions,
    down: go(1, LINE_PX),
    up: go(-1, -LINE_PX),
    "page-down": (pane) => go(parts.pageRows(), detail.pageHeight())(pane),
    "page-up": (pane) => go(-parts.pageRows(), -detail.pageHeight())(pane),
    first: go(-ALL, -ALL),
    last: go(ALL, ALL),
    "next-delivery": () => move(1),
    "previous-delivery": () => move(-1),
    follow: parts.toggleFollow,
    open: () => parts.setPane("detail"),
    back: () => parts.setPane("list"),
    "next-tab": () => detail.turn(1),
    "previous-tab": () => detail.turn(-1),
    "fold-all": () => detail.foldAll(true),
    "unfold-all": () => detail.foldAll(false),
    wrap: detail.toggleWrap,
    header: parts.toggleHeader,
    mark: parts.toggleMark,
    fetch: detail.fetchMedia,
    filter: parts.startFilter,
    failures: parts.toggleFailures,
    "clear-filter": parts.clearFilter,
    help: showHelp,
  };
}
