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
  | "wrap"
  | "filter"
  | "failures"
  | "clear-filter"
  | "replay"
  | "copy"
  | "remove"
  | "help";

type Pane = "list" | "detail";

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
  { keys: ["PageDown", " "], where: panes, command: "page-down", does: "one screen down" },
  { keys: ["PageUp"], where: panes, command: "page-up", does: "one screen up" },
  { keys: ["g", "Home"], where: panes, command: "first", does: "to the newest, or the top" },
  { keys: ["G", "End"], where: panes, command: "last", does: "to the oldest that is loaded, or the end" },
  { keys: ["n"], where: panes, command: "next-delivery", does: "the next delivery, also while one is open" },
  { keys: ["N"], where: panes, command: "previous-delivery", does: "the one before it" },
  { keys: ["F"], where: ["list"], command: "follow", does: "follow the newest" },
  { keys: ["Enter", "d"], where: ["list"], command: "open", does: "open the delivery" },
  { keys: ["]", "ArrowRight"], where: ["detail"], command: "next-tab", does: "next tab" },
  { keys: ["[", "ArrowLeft"], where: ["detail"], command: "previous-tab", does: "previous tab" },
  { keys: ["w"], where: ["detail"], command: "wrap", does: "wrap long lines, or let them run" },
  { keys: ["Escape", "q"], where: ["detail"], command: "back", does: "back to the list" },
  { keys: ["/"], where: panes, command: "filter", does: "filter the list" },
  { keys: ["!"], where: panes, command: "failures", does: "only what went wrong" },
  { keys: ["Escape"], where: ["list"], command: "clear-filter", does: "no filter" },
  { keys: ["r"], where: panes, command: "replay", does: "send exactly the same bytes to the target again" },
  {
    keys: ["y"],
    where: panes,
    command: "copy",
    does: "copy the endpoint, the body, the number or a curl command",
  },
  { keys: ["X"], where: panes, command: "remove", does: "forget the delivery; asks first" },
  { keys: ["?"], where: panes, command: "help", does: "these keys" },
];

export function keyCommand(pane: Pane, key: string): KeyCommand | undefined {
  return keyBindings.find(({ keys, where }) => where.includes(pane) && keys.includes(key))?.command;
}

/** A key as it stands on a keyboard. */
export const keyName = (key: string) =>
  ({ " ": "Space", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" })[key] ??
  key;
