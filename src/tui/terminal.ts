import type { openSurface, Surface } from "./ink-surface.tsx";
import { createKeyReader, type Input } from "./key-press.ts";

interface TerminalOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Take the mouse, and with it the selecting of text. */
  readonly mouse: boolean;
  readonly onInput: (inputs: readonly Input[]) => void;
  /** Nothing will be typed any more: the terminal was closed, whether a signal said so or not. */
  readonly onGone: () => void;
  /** Drawing failed. */
  readonly onCrash: (error: unknown) => void;
}

/** A terminal that is ours from the first to the last row until it is given back. */
export interface Terminal {
  /** Shows these rows, each painted and no wider than the terminal; only rows that are new are written. */
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

/** Without wrapping at the right edge, pasted text told apart from keys. */
const enter = "\u001b[?7l\u001b[?2004h";
const leave = "\u001b[0m\u001b[?2004l\u001b[?7h";

/** The alternate screen without a cursor, until Ink opens its own. */
const enterEarly = "\u001b[?1049h\u001b[?25l";
const leaveEarly = "\u001b[?1049l\u001b[?25h";

/** Between these a terminal shows nothing half done. */
const begin = "\u001b[?2026h";
const end = "\u001b[?2026l";

/** Clicks and the wheel, as decimal numbers. */
const mouseOn = "\u001b[?1000h\u001b[?1006h";
const mouseOff = "\u001b[?1006l\u001b[?1000l";

export function openTerminal(options: TerminalOptions): Terminal {
  const { input, output, mouse, onInput, onGone, onCrash } = options;
  const keys = createKeyReader();
  let open: typeof openSurface | undefined;
  let surface: Surface | undefined;
  let isOurs = false;
  let waiting: NodeJS.Timeout | undefined;
  let shown: readonly string[] = [];

  /** Ink takes longer to load than all before it: what there is to see is written without it meanwhile. */
  function drawEarly(rows: readonly string[]) {
    const news = rows.flatMap((row, i) => (row === shown[i] ? [] : [`\u001b[${i + 1}H\u001b[K${row}`]));
    if (news.length > 0) output.write(begin + news.join("") + end);
  }

  async function load() {
    open = (await import("./ink-surface.tsx")).openSurface;
    if (!isOurs || surface) return;
    output.write(begin + leaveEarly);
    surface = open({ input, output, rows: shown, onCrash });
    output.write(enter + end);
  }

  function onData(text: string) {
    clearTimeout(waiting);
    const inputs = keys.push(text);
    if (inputs.length > 0) onInput(inputs);
    if (keys.isWaiting) waiting = setTimeout(() => onInput(keys.flush()), ESC_MS);
  }

  const terminal: Terminal = {
    draw(rows) {
      if (!isOurs) return;
      if (surface) surface.draw(rows);
      else drawEarly(rows);
      shown = rows;
    },
    forget() {
      shown = [];
      surface?.forget();
    },
    lend() {
      if (!isOurs) return;
      isOurs = false;
      clearTimeout(waiting);
      input.off("data", onData);
      input.setRawMode?.(false);
      input.pause();
      output.write(`${mouse ? mouseOff : ""}${leave}${surface ? "" : leaveEarly}`);
      surface?.close();
      surface = undefined;
    },
    take() {
      if (isOurs) return;
      isOurs = true;
      if (open) surface = open({ input, output, rows: shown, onCrash });
      else output.write(enterEarly);
      output.write(`${enter}${mouse ? mouseOn : ""}`);
      input.setRawMode?.(true);
      input.setEncoding("utf8");
      input.on("data", onData);
      input.resume();
    },
  };
  for (const end of ["end", "close", "error"]) input.on(end, onGone);
  terminal.take();
  // After the first frame, which whoever opens this draws at once.
  setImmediate(() => load().catch(onCrash));
  return terminal;
}
