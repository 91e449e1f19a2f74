import type { Key } from "ink";

/**
 * What was pressed, in the names of the keymap: `down`, `ctrl-u`, `G`. Keys that were pressed faster than they
 * were read come together and are told apart.
 */
export function keyNames(input: string, key: Key): string[] {
  const special = specials.find(([flag]) => key[flag]);
  if (special) return [special[1] === "tab" && key.shift ? "shift-tab" : special[1]];
  if (key.ctrl) return [`ctrl-${input.toLowerCase()}`];
  if (key.meta) return [];
  return [...input].map((character) => characters[character] ?? character);
}

const specials = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "esc"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "backspace"],
] as const;

/** Those that come as characters when they come with others. */
const characters: Readonly<Record<string, string>> = {
  " ": "space",
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u007f": "backspace",
  "\u0003": "ctrl-c",
};
