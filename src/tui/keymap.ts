/** Where keys are pressed: which pane has the focus, or what is being asked. */
export type Where = "list" | "detail" | "filter" | "copy" | "remove" | "help";

export type Command =
  | "down"
  | "up"
  | "page-down"
  | "page-up"
  | "half-down"
  | "half-up"
  | "first"
  | "last"
  | "open"
  | "back"
  | "other-pane"
  | "next-tab"
  | "previous-tab"
  | "next-delivery"
  | "previous-delivery"
  | "wrap"
  | "fold"
  | "filter"
  | "failures"
  | "clear-filter"
  | "follow"
  | "replay"
  | "copy"
  | "copy-endpoint"
  | "copy-body"
  | "copy-id"
  | "remove"
  | "help"
  | "redraw"
  | "suspend"
  | "quit"
  | "accept"
  | "cancel"
  | "erase"
  | "erase-word"
  | "erase-all";

export interface Binding {
  /** In the order in which they are shown. Names as {@link keyName} gives them. */
  readonly keys: readonly [string, ...string[]];
  readonly where: readonly Where[];
  readonly command: Command;
  /** For the help screen. */
  readonly does: string;
  /** For the bottom line, in a word or two; absent where it is not worth the room. */
  readonly hint?: string;
  /** Works only when a delivery is selected. */
  readonly needsDelivery?: true;
}

const panes = ["list", "detail"] as const;

/** Every key there is: the one table behind the keyboard, the bottom line, the help screen and the docs. */
export const keymap: Readonly<Record<string, readonly Binding[]>> = {
  Moving: [
    { keys: ["down", "j"], where: [...panes, "help"], command: "down", does: "one down" },
    { keys: ["up", "k"], where: [...panes, "help"], command: "up", does: "one up" },
    {
      keys: ["pagedown", "space"],
      where: [...panes, "help"],
      command: "page-down",
      does: "one screen down",
    },
    { keys: ["pageup"], where: [...panes, "help"], command: "page-up", does: "one screen up" },
    { keys: ["ctrl-d"], where: [...panes, "help"], command: "half-down", does: "half a screen down" },
    { keys: ["ctrl-u"], where: [...panes, "help"], command: "half-up", does: "half a screen up" },
    { keys: ["g", "home"], where: [...panes, "help"], command: "first", does: "to the newest, or the top" },
    { keys: ["G", "end"], where: [...panes, "help"], command: "last", does: "to the oldest, or the end" },
    {
      keys: ["n"],
      where: panes,
      command: "next-delivery",
      does: "the next delivery of the list, also while one is open",
    },
    { keys: ["N"], where: panes, command: "previous-delivery", does: "the one before it" },
    {
      keys: ["F"],
      where: ["list"],
      command: "follow",
      does: "follow the newest",
      hint: "follow",
      needsDelivery: true,
    },
  ],
  Looking: [
    {
      keys: ["enter", "d"],
      where: ["list"],
      command: "open",
      does: "open the delivery",
      hint: "open",
      needsDelivery: true,
    },
    {
      keys: ["]", "right"],
      where: ["detail"],
      command: "next-tab",
      does: "next tab",
      hint: "next tab",
    },
    {
      keys: ["[", "left"],
      where: ["detail"],
      command: "previous-tab",
      does: "previous tab",
      hint: "previous",
    },
    {
      keys: ["tab", "shift-tab"],
      where: panes,
      command: "other-pane",
      does: "between list and delivery",
      needsDelivery: true,
    },
    { keys: ["w"], where: ["detail"], command: "wrap", does: "wrap long lines, or cut them", hint: "wrap" },
    { keys: ["i"], where: panes, command: "fold", does: "more or less of the header" },
    { keys: ["esc", "q"], where: ["detail"], command: "back", does: "back to the list", hint: "back" },
  ],
  Filtering: [
    {
      keys: ["/"],
      where: panes,
      command: "filter",
      does: "filter the list: status:5xx event:failed provider:wazza sig:rejected job:… is:owed text",
      hint: "filter",
    },
    {
      keys: ["!"],
      where: panes,
      command: "failures",
      does: "only what went wrong",
      hint: "failures",
      needsDelivery: true,
    },
    { keys: ["esc"], where: ["list"], command: "clear-filter", does: "no filter" },
  ],
  Acting: [
    {
      keys: ["r"],
      where: panes,
      command: "replay",
      does: "send exactly the same bytes to the target again",
      hint: "replay",
      needsDelivery: true,
    },
    {
      keys: ["y"],
      where: panes,
      command: "copy",
      does: "copy the endpoint, the body or the number",
      hint: "copy",
    },
    {
      keys: ["X"],
      where: panes,
      command: "remove",
      does: "forget the delivery; asks first",
      needsDelivery: true,
    },
  ],
  Leaving: [
    { keys: ["?"], where: panes, command: "help", does: "these keys", hint: "keys" },
    { keys: ["q"], where: ["list"], command: "quit", does: "end", hint: "quit" },
    { keys: ["ctrl-c"], where: [...panes, "help"], command: "quit", does: "end" },
    { keys: ["ctrl-l"], where: [...panes, "help"], command: "redraw", does: "draw the screen anew" },
    { keys: ["ctrl-z"], where: panes, command: "suspend", does: "to the shell; fg comes back" },
    { keys: ["esc", "q", "?"], where: ["help"], command: "cancel", does: "leave the help", hint: "back" },
  ],
  "While asked": [
    { keys: ["enter"], where: ["filter"], command: "accept", does: "keep the filter", hint: "keep" },
    { keys: ["esc", "ctrl-c"], where: ["filter"], command: "cancel", does: "as it was", hint: "as it was" },
    { keys: ["backspace"], where: ["filter"], command: "erase", does: "erase a character" },
    { keys: ["ctrl-w"], where: ["filter"], command: "erase-word", does: "erase a word" },
    { keys: ["ctrl-u"], where: ["filter"], command: "erase-all", does: "erase everything" },
    { keys: ["e"], where: ["copy"], command: "copy-endpoint", does: "copy the endpoint", hint: "endpoint" },
    {
      keys: ["b"],
      where: ["copy"],
      command: "copy-body",
      does: "copy the body",
      hint: "body",
      needsDelivery: true,
    },
    {
      keys: ["i"],
      where: ["copy"],
      command: "copy-id",
      does: "copy the number",
      hint: "number",
      needsDelivery: true,
    },
    { keys: ["y"], where: ["remove"], command: "accept", does: "yes, forget it", hint: "yes" },
    {
      keys: ["esc", "q", "n", "ctrl-c"],
      where: ["copy", "remove"],
      command: "cancel",
      does: "never mind",
      hint: "never mind",
    },
  ],
};

const bindings = Object.values(keymap).flat();

/** What a key does there; `undefined` where it does nothing. */
export function commandFor(where: Where, key: string): Command | undefined {
  return bindings.find((binding) => binding.where.includes(where) && binding.keys.includes(key))?.command;
}

/** The bindings that the bottom line shows: what one came for, and how to get out. */
export function hintsFor(where: Where, { hasDelivery }: { hasDelivery: boolean }): Hints {
  const all = bindings.filter(
    ({ where: places, hint, needsDelivery }) =>
      places.includes(where) && hint !== undefined && (hasDelivery || !needsDelivery),
  );
  const isWayOut = ({ command }: Binding) => waysOut.includes(command);
  return { here: all.filter((binding) => !isWayOut(binding)), out: all.filter(isWayOut) };
}

export interface Hints {
  readonly here: readonly Binding[];
  readonly out: readonly Binding[];
}

const waysOut: readonly Command[] = ["help", "back", "cancel", "quit"];

/** A key as it stands on a keyboard: `↑`, `PgDn`, `Ctrl-u`. */
export function keyLabel(key: string): string {
  return labels[key] ?? key.replace(/^ctrl-/, "Ctrl-");
}

const labels: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  enter: "Enter",
  esc: "Esc",
  tab: "Tab",
  "shift-tab": "Shift-Tab",
  space: "Space",
  backspace: "Backspace",
};
