/** Where keys are pressed: which pane has the focus, or what is being asked. */
export type Where =
  | "list"
  | "detail"
  | "filter"
  | "line"
  | "forge"
  | "copy"
  | "export"
  | "remove"
  | "resign"
  | "diff"
  | "help";

/** What a person can want. Those of the panes are also the words of the command line. */
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
  | "toggle"
  | "fold-all"
  | "unfold-all"
  | "wrap"
  | "header"
  | "mark"
  | "diff"
  | "fetch"
  | "browse"
  | "filter"
  | "failures"
  | "clear-filter"
  | "follow"
  | "replay"
  | "resign"
  | "edit"
  | "forge"
  | "copy"
  | "copy-endpoint"
  | "copy-body"
  | "copy-curl"
  | "copy-id"
  | "copy-inspector"
  | "export"
  | ExportCommand
  | "hold"
  | "deliver"
  | "delete"
  | "clear"
  | "line"
  | "help"
  | "redraw"
  | "suspend"
  | "quit"
  | "accept"
  | "refuse"
  | "complete"
  | "cancel"
  | "erase"
  | "erase-word"
  | "erase-all";

/** One for each of the formats. */
export type ExportCommand = `export-${"curl" | "fixture" | "har" | "http" | "json"}`;

/** What decides which keys are worth showing. */
export interface HintContext {
  readonly focus: "list" | "detail";
  /** What is under the cursor of the delivery's text. */
  readonly place: { readonly kind: string; readonly isFoldable?: boolean } | undefined;
  readonly marks: readonly number[];
  readonly window: { readonly rows: readonly unknown[] };
}

export interface Binding {
  /** In the order in which they are shown. */
  readonly keys: readonly [string, ...string[]];
  readonly where: readonly Where[];
  readonly command: Command;
  /** For the help screen. */
  readonly does: string;
  /** For the bottom line, in a word or two; absent where it is not worth the room. */
  readonly hint?: string | ((here: HintContext) => string | undefined);
  /** Works only when a delivery is selected. */
  readonly needsDelivery?: true;
}

const panes = ["list", "detail"] as const;
const scrolling = [...panes, "help", "diff"] as const;
const choosing = [...scrolling, "forge"] as const;
const writing = ["filter", "line", "forge"] as const;

/** Every key there is: the one table behind the keyboard, the bottom line, the help screen and docs/keys.md. */
export const keymap: Readonly<Record<string, readonly Binding[]>> = {
  Moving: [
    { keys: ["down", "j"], where: scrolling, command: "down", does: "one down" },
    { keys: ["up", "k"], where: scrolling, command: "up", does: "one up" },
    { keys: ["pagedown"], where: choosing, command: "page-down", does: "one screen down" },
    { keys: ["pageup"], where: choosing, command: "page-up", does: "one screen up" },
    { keys: ["ctrl-d"], where: scrolling, command: "half-down", does: "half a screen down" },
    { keys: ["ctrl-u"], where: scrolling, command: "half-up", does: "half a screen up" },
    { keys: ["g", "home"], where: scrolling, command: "first", does: "to the newest, or the top" },
    { keys: ["G", "end"], where: scrolling, command: "last", does: "to the oldest, or the end" },
    {
      keys: ["n"],
      where: panes,
      command: "next-delivery",
      does: "the next delivery that the filter found, also while one is open",
      needsDelivery: true,
    },
    {
      keys: ["N"],
      where: panes,
      command: "previous-delivery",
      does: "the one before it",
      needsDelivery: true,
    },
    {
      keys: ["F"],
      where: panes,
      command: "follow",
      does: "follow the newest, or stay",
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
      where: panes,
      command: "next-tab",
      does: "next tab",
      hint: ({ focus }) => (focus === "detail" ? "next tab" : undefined),
      needsDelivery: true,
    },
    {
      keys: ["[", "left"],
      where: panes,
      command: "previous-tab",
      does: "previous tab",
      needsDelivery: true,
    },
    {
      keys: ["tab", "shift-tab"],
      where: panes,
      command: "other-pane",
      does: "between list and delivery",
      needsDelivery: true,
    },
    {
      keys: ["enter"],
      where: ["detail"],
      command: "toggle",
      does: "fold or unfold JSON; of a job, go to that delivery",
      hint: ({ place }) => (place?.kind === "delivery" ? "go there" : place?.isFoldable ? "fold" : undefined),
    },
    { keys: ["-"], where: ["detail"], command: "fold-all", does: "fold all of the body" },
    { keys: ["+"], where: ["detail"], command: "unfold-all", does: "unfold it" },
    { keys: ["w"], where: panes, command: "wrap", does: "wrap long lines, or cut them" },
    { keys: ["i"], where: panes, command: "header", does: "more or less of the header" },
    {
      keys: ["space", "v"],
      where: panes,
      command: "mark",
      does: "mark the delivery, or not",
      needsDelivery: true,
    },
    {
      keys: ["="],
      where: panes,
      command: "diff",
      does: "compare the two marked, or the marked and the selected one",
      hint: ({ marks }) => (marks.length === 1 || marks.length === 2 ? "compare" : undefined),
      needsDelivery: true,
    },
    {
      keys: ["f"],
      where: panes,
      command: "fetch",
      does: "ask for type, size and dimensions of the output files (their server learns of it)",
      needsDelivery: true,
    },
    {
      keys: ["o"],
      where: panes,
      command: "browse",
      does: "open in the browser: the URL under the cursor, else the delivery in the inspector",
    },
    { keys: ["esc", "q"], where: ["detail"], command: "back", does: "back to the list", hint: "back" },
  ],
  Filtering: [
    {
      keys: ["/"],
      where: panes,
      command: "filter",
      does: "filter the list: status:5xx event:failed provider:wazza sig:rejected job:… text",
      hint: "filter",
    },
    {
      keys: ["!"],
      where: panes,
      command: "failures",
      does: "only what went wrong",
      hint: ({ focus }) => (focus === "list" ? "failures" : undefined),
    },
    { keys: ["esc"], where: ["list"], command: "clear-filter", does: "no filter; nothing marked" },
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
      keys: ["R"],
      where: panes,
      command: "resign",
      does: "send it again with a fresh time and signature",
      needsDelivery: true,
    },
    {
      keys: ["e"],
      where: panes,
      command: "edit",
      does: "edit a copy of the body in $EDITOR, sign it if you like, send it",
      hint: "edit",
      needsDelivery: true,
    },
    {
      keys: ["t"],
      where: panes,
      command: "forge",
      does: "forge a delivery: a provider's event or a scenario",
      hint: "forge",
    },
    { keys: ["y"], where: panes, command: "copy", does: "copy endpoint, body, curl, number", hint: "copy" },
    {
      keys: ["x"],
      where: panes,
      command: "export",
      does: "write the marked, or the selected one, to a file; secrets masked",
      needsDelivery: true,
    },
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
      needsDelivery: true,
    },
    {
      keys: ["Z"],
      where: panes,
      command: "clear",
      does: "forget everything that the filter found; asks first",
      needsDelivery: true,
    },
  ],
  Leaving: [
    { keys: ["?"], where: panes, command: "help", does: "these keys", hint: "keys" },
    { keys: [":"], where: panes, command: "line", does: "a command by its name; a number goes there" },
    { keys: ["q"], where: ["list"], command: "quit", does: "end", hint: "quit" },
    { keys: ["ctrl-c"], where: scrolling, command: "quit", does: "end" },
    { keys: ["ctrl-l"], where: scrolling, command: "redraw", does: "draw the screen anew" },
    { keys: ["ctrl-z"], where: scrolling, command: "suspend", does: "to the shell; fg comes back" },
    { keys: ["esc", "q", "?"], where: ["help"], command: "cancel", does: "leave the help", hint: "back" },
    {
      keys: ["esc", "q", "="],
      where: ["diff"],
      command: "cancel",
      does: "leave the comparison",
      hint: "back",
    },
  ],
  "While asked": [
    { keys: ["enter"], where: ["filter"], command: "accept", does: "keep the filter", hint: "keep" },
    { keys: ["enter"], where: ["line"], command: "accept", does: "do it", hint: "do it" },
    { keys: ["enter"], where: ["forge"], command: "accept", does: "forge it", hint: "forge" },
    {
      keys: ["tab"],
      where: ["line"],
      command: "complete",
      does: "complete the word",
      hint: "complete",
    },
    { keys: ["down"], where: ["forge"], command: "down", does: "the next one" },
    { keys: ["up"], where: ["forge"], command: "up", does: "the one before" },
    { keys: ["esc", "ctrl-c"], where: writing, command: "cancel", does: "never mind", hint: "never mind" },
    { keys: ["backspace"], where: writing, command: "erase", does: "erase a character" },
    { keys: ["ctrl-w"], where: writing, command: "erase-word", does: "erase a word" },
    { keys: ["ctrl-u"], where: writing, command: "erase-all", does: "erase everything" },
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
      keys: ["c"],
      where: ["copy"],
      command: "copy-curl",
      does: "copy a curl command, secrets masked",
      hint: "curl",
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
    {
      keys: ["l"],
      where: ["copy"],
      command: "copy-inspector",
      does: "copy the inspector's link to the delivery, its token in it",
      hint: "inspector",
    },
    {
      keys: ["c"],
      where: ["export"],
      command: "export-curl",
      does: "as curl commands",
      hint: "curl",
    },
    {
      keys: ["f"],
      where: ["export"],
      command: "export-fixture",
      does: "as a fixture for a handler's tests",
      hint: "fixture",
    },
    { keys: ["a"], where: ["export"], command: "export-har", does: "as a HAR archive", hint: "HAR" },
    { keys: ["h"], where: ["export"], command: "export-http", does: "as an HTTP message", hint: "HTTP" },
    { keys: ["j"], where: ["export"], command: "export-json", does: "as JSON lines", hint: "JSON" },
    { keys: ["y"], where: ["remove"], command: "accept", does: "yes, forget it", hint: "yes" },
    {
      keys: ["esc", "n", "q", "ctrl-c"],
      where: ["remove"],
      command: "cancel",
      does: "never mind",
      hint: "never mind",
    },
    {
      keys: ["y", "enter"],
      where: ["resign"],
      command: "accept",
      does: "yes, sign it anew",
      hint: "yes",
    },
    {
      keys: ["n"],
      where: ["resign"],
      command: "refuse",
      does: "no, send it with the old signature",
      hint: "no, old signature",
    },
    {
      keys: ["esc", "q", "ctrl-c"],
      where: ["copy", "export", "resign"],
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

/** What the bottom line shows of them: what one came for, and how to get out. */
export function hintsFor(where: Where, here: HintContext): Hints {
  const hasDelivery = here.window.rows.length > 0;
  const all = bindings
    .filter(({ where: places, needsDelivery }) => places.includes(where) && (hasDelivery || !needsDelivery))
    .flatMap(({ keys: [key], command, hint: given }): readonly (Hint & { command: Command })[] => {
      const hint = typeof given === "function" ? given(here) : given;
      return hint === undefined ? [] : [{ key, hint, command }];
    });
  const isWayOut = ({ command }: { readonly command: Command }) => waysOut.includes(command);
  return { here: all.filter((one) => !isWayOut(one)), out: all.filter(isWayOut) };
}

export interface Hint {
  readonly key: string;
  readonly hint: string;
}

export interface Hints {
  readonly here: readonly Hint[];
  readonly out: readonly Hint[];
}

const waysOut: readonly Command[] = ["help", "back", "cancel", "quit"];

/** What can be asked for by name on the command line, the longer way to the same. What one would type comes first. */
export const commandWords: readonly Command[] = (() => {
  const { Acting = [], Moving = [], ...others } = keymap;
  const named = [...Acting, ...Object.values(others).flat(), ...Moving].filter(({ where }) =>
    where.some((place) => place === "list" || place === "detail"),
  );
  return [...new Set(named.map(({ command }) => command))];
})();

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
