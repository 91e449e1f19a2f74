import { createKeyReader, type Input } from "./key-press.ts";

interface TerminalOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Take the mouse, and with it the selecting of text. */
  readonly mouse: boolean;
  readonly onInput: (inputs: readonly Input[]) => void;
}

/** A terminal that is ours from the first to the last row until it is given back. */
export interface Terminal {
  /** Shows these rows, each painted and no wider than the terminal; only what is new is written. */
  draw(rows: readonly string[]): void;
  /** Draws every row anew the next time: the terminal may show anything. */
  forget(): void;
  /** Gives it back as it was. */
  lend(): void;
  /** Takes it again. */
  take(): void;
}

/** How long an Esc may be the beginning of a longer sequence, in ms: what a slow line puts between its bytes. */
const ESC_MS = 30;

/** The alternate screen, without a cursor, without wrapping at the right edge, pasted text told apart from keys. */
const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h";
const leave = "\u001b[0m\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l";

/** Clicks and the wheel, as decimal numbers. */
const mouseOn = "\u001b[?1000h\u001b[?1006h";
const mouseOff = "\u001b[?1006l\u001b[?1000l";

/** Between these a terminal shows nothing half done; those that do not know them show it as it comes. */
const begin = "\u001b[?2026h";
const end = "\u001b[?2026l";

export function openTerminal({ input, output, mouse, onInput }: TerminalOptions): Terminal {
  const keys = createKeyReader();
  let shown: readonly string[] = [];
  let isOurs = false;
  let waiting: NodeJS.Timeout | undefined;

  function onData(text: string) {
    clearTimeout(waiting);
    const inputs = keys.push(text);
    if (inputs.length > 0) onInput(inputs);
    if (keys.isWaiting) waiting = setTimeout(() => onInput(keys.flush()), ESC_MS);
  }

  const terminal: Terminal = {
    draw(rows) {
      if (!isOurs) return;
      const news = rows.flatMap((row, i) => {
        if (row === shown[i]) return [];
        // Erased first: behind a row as wide as the terminal there is nothing to erase but its last letter.
        return [`\u001b[${i + 1}H\u001b[K${row}`];
      });
      shown = rows;
      if (news.length > 0) output.write(`${begin}${news.join("")}${end}`);
    },
    forget() {
      shown = [];
    },
    lend() {
      if (!isOurs) return;
      isOurs = false;
      clearTimeout(waiting);
      input.off("data", onData);
      input.setRawMode?.(false);
      input.pause();
      output.write(`${mouse ? mouseOff : ""}${leave}`);
    },
    take() {
      if (isOurs) return;
      isOurs = true;
      shown = [];
      output.write(`${enter}${mouse ? mouseOn : ""}`);
      input.setRawMode?.(true);
      input.setEncoding("utf8");
      input.on("data", onData);
      input.resume();
    },
  };
  terminal.take();
  return terminal;
}
