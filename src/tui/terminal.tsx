import { type Instance, render, Text } from "ink";
import { createKeyReader, type Input } from "./key-press.ts";

interface TerminalOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Take the mouse, and with it the selecting of text. */
  readonly mouse: boolean;
  readonly onInput: (inputs: readonly Input[]) => void;
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

/** Without wrapping at the right edge, pasted text told apart from keys. The alternate screen is Ink's. */
const enter = "\u001b[?7l\u001b[?2004h";
const leave = "\u001b[0m\u001b[?2004l\u001b[?7h";

/** Clicks and the wheel, as decimal numbers. */
const mouseOn = "\u001b[?1000h\u001b[?1006h";
const mouseOff = "\u001b[?1006l\u001b[?1000l";

/** More than are asked for: when to draw is decided elsewhere. */
const MOST_FRAMES_A_SECOND = 100;

/** All rows in one piece of text: laying out a box for each takes twice the time. */
const Frame = ({ rows }: { readonly rows: readonly string[] }) => (
  <Text wrap="truncate">{rows.map((row) => (row === "" ? " " : row)).join("\n")}</Text>
);

export function openTerminal({ input, output, mouse, onInput, onCrash }: TerminalOptions): Terminal {
  const keys = createKeyReader();
  let app: Instance | undefined;
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
      if (isOurs) app?.rerender(<Frame rows={rows} />);
    },
    forget: () => app?.clear(),
    lend() {
      if (!isOurs) return;
      isOurs = false;
      clearTimeout(waiting);
      input.off("data", onData);
      input.setRawMode?.(false);
      input.pause();
      output.write(`${mouse ? mouseOff : ""}${leave}`);
      app?.unmount();
      app = undefined;
    },
    take() {
      if (isOurs) return;
      isOurs = true;
      app = render(<Frame rows={[]} />, {
        stdout: output,
        stdin: input,
        exitOnCtrlC: false,
        patchConsole: false,
        alternateScreen: true,
        incrementalRendering: true,
        interactive: true,
        maxFps: MOST_FRAMES_A_SECOND,
      });
      app.waitUntilExit().catch(onCrash);
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
