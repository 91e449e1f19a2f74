import type { Key } from "ink";

/** One key, in the names of the keymap (`down`, `ctrl-u`, `G`), and the text it makes where text is asked for. */
export interface KeyPress {
  readonly name: string;
  readonly text: string;
}

/** What was pressed. Keys that were pressed faster than they were read come together and are told apart. */
export function keyPresses(input: string, key: Key): KeyPress[] {
  const special = specials.find(([flag]) => key[flag]);
  if (special) return [{ name: special[1] === "tab" && key.shift ? "shift-tab" : special[1], text: "" }];
  if (key.ctrl) return [{ name: `ctrl-${input.toLowerCase()}`, text: "" }];
  const presses = [...input].map((text) => ({
    name: nameOf(text),
    text: isText(text) ? text : "",
  }));
  // Esc and what was pressed right after it arrive like a key with Alt, which nothing here is bound to.
  return key.meta ? [{ name: "esc", text: "" }, ...presses] : presses;
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
function nameOf(character: string): string {
  if (isText(character)) return character === " " ? "space" : character;
  return controls[character] ?? `ctrl-${String.fromCharCode(character.charCodeAt(0) + 96)}`;
}

const controls: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\u007f": "backspace",
  "\u001b": "esc",
};

const isText = (character: string) => character >= " " && character !== "\u007f";
