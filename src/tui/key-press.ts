/** One key, in the names of the keymap (`down`, `ctrl-u`, `G`), and the text it makes where text is asked for. */
export interface KeyPress {
  readonly kind: "key";
  readonly name: string;
  readonly text: string;
}

/** What comes from a terminal. Pasted text comes apart from keys: it must not be taken for commands. */
export type Input =
  | KeyPress
  | { readonly kind: "paste"; readonly text: string }
  /** `column` and `row` count from 0. */
  | { readonly kind: "click" | "wheel-up" | "wheel-down"; readonly column: number; readonly row: number };

/** Reads what a terminal sends, however it is cut into pieces. */
export interface KeyReader {
  push(text: string): Input[];
  /** Something has begun that the next piece may end: an Esc alone, or the beginning of a longer sequence. */
  readonly isWaiting: boolean;
  /** Nothing followed: what has begun stands for itself. */
  flush(): Input[];
}

export function createKeyReader(): KeyReader {
  let waiting = "";

  /** `atEnd`: nothing more is to come for what has begun. */
  function read(text: string, atEnd: boolean): Input[] {
    const inputs: Input[] = [];
    let rest = text;
    while (rest !== "") {
      const found = rest.startsWith(ESC) ? readEscape(rest, atEnd) : readCharacter(rest);
      if (found === "unfinished") break;
      inputs.push(...found.inputs);
      rest = rest.slice(found.length);
    }
    waiting = rest;
    return inputs;
  }

  return {
    push: (text) => read(waiting + text, false),
    get isWaiting() {
      return waiting !== "" && !waiting.startsWith(PASTE_START);
    },
    flush: () => read(waiting, true),
  };
}

interface Found {
  readonly inputs: readonly Input[];
  /** How much of the text it was. */
  readonly length: number;
}

const ESC = "\u001b";
const PASTE_START = `${ESC}[200~`;
const PASTE_END = `${ESC}[201~`;

const key = (name: string, text = ""): KeyPress => ({ kind: "key", name, text });

function readCharacter(text: string): Found {
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return { inputs: [characterKey(character)], length: character.length };
}

function characterKey(character: string): KeyPress {
  if (character >= " " && character !== "\u007f")
    return key(character === " " ? "space" : character, character);
  return key(controls[character] ?? `ctrl-${String.fromCharCode(character.charCodeAt(0) + 96)}`);
}

const controls: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\u007f": "backspace",
};

function readEscape(text: string, atEnd: boolean): Found | "unfinished" {
  if (text.startsWith(PASTE_START)) {
    const end = text.indexOf(PASTE_END);
    if (end === -1) return "unfinished";
    const pasted = text.slice(PASTE_START.length, end);
    return { inputs: [{ kind: "paste", text: pasted }], length: end + PASTE_END.length };
  }
  const sequence = controlSequence.exec(text)?.[0];
  if (sequence !== undefined) return { inputs: sequenceInputs(sequence), length: sequence.length };
  if (!atEnd && beginning.test(text)) return "unfinished";
  // Esc and a key right after it come like a key with Alt, which nothing here is bound to.
  return { inputs: [key("esc")], length: 1 };
}

/** CSI with its parameters and final byte, or SS3 with its letter. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Esc is what begins a sequence.
const controlSequence = /^\u001b(?:\[\[?[0-?]*[ -/]*[@-~]|O[0-9;]*[A-Za-z])/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Esc is what begins a sequence.
const beginning = /^\u001b(?:\[\[?[0-?]*[ -/]*|O[0-9;]*)?$/;

/** None where it means nothing here. */
function sequenceInputs(sequence: string): readonly Input[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Esc is what begins a sequence.
  const mouse = /^\u001b\[<(\d+);(\d+);(\d+)([Mm])$/.exec(sequence);
  if (mouse) return mouseInputs(mouse);
  const final = sequence.at(-1) ?? "";
  const name = final === "~" ? byNumber[Number.parseInt(sequence.slice(2), 10)] : byLetter[final];
  return name === undefined ? [] : [key(name)];
}

/** `ESC [ < button ; column ; row M`, `m` when it is let go. */
function mouseInputs([, button, x, y, final]: RegExpExecArray): readonly Input[] {
  const at = { column: Number(x) - 1, row: Number(y) - 1 };
  if (final !== "M") return [];
  if (button === "64") return [{ kind: "wheel-up", ...at }];
  if (button === "65") return [{ kind: "wheel-down", ...at }];
  return button === "0" ? [{ kind: "click", ...at }] : [];
}

const byLetter: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  M: "enter",
  Z: "shift-tab",
};

const byNumber: Readonly<Record<number, string>> = {
  1: "home",
  3: "backspace",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};
