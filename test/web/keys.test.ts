import { expect, test } from "vitest";
import { commandFor, keymap } from "../../src/tui/keymap.ts";
import { keyBindings } from "../../src/web/app/keys.ts";

/** As the terminal UI calls what the browser calls otherwise. */
const terminalNames: Readonly<Record<string, string>> = {
  ArrowDown: "down",
  ArrowUp: "up",
  ArrowLeft: "left",
  ArrowRight: "right",
  PageDown: "pagedown",
  PageUp: "pageup",
  Home: "home",
  End: "end",
  Enter: "enter",
  Escape: "esc",
  " ": "space",
};

const inTerminal = (pane: string, command: string) =>
  Object.values(keymap)
    .flat()
    .some(({ where, command: theirs }) => theirs === command && where.some((place) => place === pane));

const cases = keyBindings.flatMap(({ keys, where, command }) =>
  where
    .filter((pane) => inTerminal(pane, command))
    .flatMap((pane) => keys.map((key) => ({ key, pane, command }))),
);

test.each(cases)("$key in the $pane does what it does in the terminal", ({ key, pane, command }) => {
  expect(commandFor(pane, terminalNames[key] ?? key)).toBe(command);
});
