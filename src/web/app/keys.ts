export type KeyCommand =
  | "down"
  | "up"
  | "page-down"
  | "page-up"
  | "first"
  | "last"
  | "next-delivery"
  | "previous-delivery"
  | "follow"
  | "open"
  | "back"
  | "next-tab"
  | "previous-tab"
  | "fold-all"
  | "unfold-all"
  | "wrap"
  | "header"
  | "mark"
  | "diff"
  | "fetch"
  | "filter"
  | "failures"
  | "clear-filter"
  | "replay"
  | "resign"
  | "edit"
  | "forge"
  | "copy"
  | "export"
  | "hold"
  | "deliver"
  | "delete"
  | "clear"
  | "help";

export type Pane = "list" | "detail";

export interface KeyBinding {
  /** As `KeyboardEvent.key` gives them. */
  readonly keys: readonly string[];
  readonly where: readonly Pane[];
  readonly command: KeyCommand;
  readonly does: string;
}

const panes = ["list", "detail"] as const;

/** The terminal UI's keys, as far as a browser leaves them: Tab, Ctrl-C and the like stay its own. */
export const keyBindings: readonly KeyBinding[] = [
  { keys: ["j", "ArrowDown"], where: panes, command: "down", does: "one down" },
  { keys: ["k", "ArrowUp"], where: panes, command: "up", does: "one up" },
  { keys: ["PageDown"], where: panes, command: "page-down", does: "one screen down" },
  { keys: ["PageUp"], where: panes, command: "page-up", does: "one screen up" },
  { keys: ["g", "Home"], where: panes, command: "first", does: "to the newest, or the top" },
  { keys: ["G", "End"], where: panes, command: "last", does: "to the oldest that is loaded, or the end" },
  { keys: ["n"], where: panes, command: "next-delivery", does: "the next delivery, also while one is open" },
  { keys: ["N"], where: panes, command: "previous-delivery", does: "the one before it" },
  { keys: ["F"], where: panes, command: "follow", does: "follow the newest, or stay" },
  { keys: ["Enter", "d"], where: ["list"], command: "open", does: "open the delivery" },
  { keys: ["]", "ArrowRight"], where: panes, command: "next-tab", does: "next tab" },
  { keys: ["[", "ArrowLeft"], where: panes, command: "previous-tab", does: "previous tab" },
  { keys: ["-"], where: ["detail"], command: "fold-all", does: "fold all of the body" },
  { keys: ["+"], where: ["detail"], command: "unfold-all", does: "unfold it" },
  { keys: ["w"], where: panes, command: "wrap", does: "wrap long lines, or let them run" },
  { keys: ["i"], where: panes, command: "header", does: "the statistics, or not" },
  { keys: [" ", "v"], where: panes, command: "mark", does: "mark the delivery, or not" },
  {
    keys: ["="],
    where: panes,
    command: "diff",
    does: "compare the two marked, or the marked and the selected one",
  },
  { keys: ["f"], where: panes, command: "fetch", does: "fetch the output files (their server learns of it)" },
  { keys: ["Escape", "q"], where: ["detail"], command: "back", does: "back to the list" },
  { keys: ["/"], where: panes, command: "filter", does: "filter the list" },
  { keys: ["!"], where: panes, command: "failures", does: "only what went wrong" },
  { keys: ["Escape"], where: ["list"], command: "clear-filter", does: "no filter; nothing marked" },
  { keys: ["r"], where: panes, command: "replay", does: "send exactly the same bytes to the target again" },
  { keys: ["R"], where: panes, command: "resign", does: "send it again with a fresh time and signature" },
  {
    keys: ["e"],
    where: panes,
    command: "edit",
    does: "edit a copy of the body, sign it if you like, send it",
  },
  { keys: ["t"], where: panes, command: "forge", does: "forge a delivery: a provider's event or a scenario" },
  { keys: ["y"], where: panes, command: "copy", does: "copy endpoint, body, number or a curl command" },
  { keys: ["x"], where: panes, command: "export", does: "export the marked, or the selected one, as a file" },
  {
    keys: ["p"],
    where: panes,
    command: "hold",
    does: "hold: deliveries are kept and acknowledged, and wait; again: hand them over in order",
  },
  { keys: ["P"], where: panes, command: "deliver", does: "deliver what is owed" },
  {
    keys: ["X"],
    where: panes,
    command: "delete",
    does: "forget the marked, or the selected one; asks first",
  },
  {
    keys: ["Z"],
    where: panes,
    command: "clear",
    does: "forget everything that the filter found; asks first",
  },
  { keys: ["?"], where: panes, command: "help", does: "these keys" },
];

export function keyCommand(pane: Pane, key: string): KeyCommand | undefined {
  return keyBindings.find(({ keys, where }) => where.includes(pane) && keys.includes(key))?.command;
}

/** A key as it stands on a keyboard. */
export const keyName = (key: string) =>
  ({ " ": "Space", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" })[key] ??
  key;
