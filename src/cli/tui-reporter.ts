import { setTimeout as wait } from "node:timers/promises";
import { startTui, type Tui } from "../tui/tui.tsx";
import type { Context } from "./context.ts";
import { BELL, createReporter, isMove, type Reporter } from "./reporter.ts";

interface TuiReporterOptions {
  readonly target: string;
  readonly quit: () => void;
  readonly onCrash: (error: unknown) => void;
}

/** Shows a session on the whole terminal; what is said before and after goes where it always does. */
export function createTuiReporter(context: Context, options: TuiReporterOptions): Reporter {
  const words = createReporter("quiet", context);
  const afterwards = createReporter("lines", context);
  let tui: Tui | undefined;
  let release = () => {};
  const close = () => {
    tui?.close();
    tui = undefined;
    process.off("uncaughtException", close);
    release();
    release = () => {};
  };

  return {
    // What comes before the screen is open is read from the store.
    observe(notice) {
      if (isMove(notice)) process.stdout.write(BELL);
      return tui?.observe(notice);
    },
    opened(session) {
      release = holdWarnings();
      // Before main.ts says what it was: on the alternate screen that would be lost.
      process.prependListener("uncaughtException", close);
      tui = startTui({
        ports: {
          reader: session.reader(),
          ...session.actions,
          copy,
          quit: options.quit,
          suspend,
        },
        target: options.target,
        local: session.local,
        tunnel: session.tunnelStatus(),
        output: process.stdout,
        input: process.stdin,
        chalk: context.chalk,
        clock: Date.now,
        onCrash: options.onCrash,
      });
    },
    ready: (ready, caution) => tui?.ready(ready, caution),
    trouble: (error) => (tui ? tui.trouble(error) : words.trouble(error)),
    stopping() {
      close();
      afterwards.stopping();
    },
    owed: afterwards.owed,
  };
}

/** Node writes its warnings straight to the terminal, across the screen: they wait until that is closed. */
function holdWarnings(): () => void {
  const writers = process.listeners("warning");
  const held: Error[] = [];
  const hold = (warning: Error) => {
    if (held.length < MOST_HELD) held.push(warning);
  };
  process.removeAllListeners("warning").on("warning", hold);
  return () => {
    process.off("warning", hold);
    for (const writer of writers) process.on("warning", writer);
    for (const warning of held) process.emit("warning", warning);
    held.length = 0;
  };
}

const MOST_HELD = 20;

/** What terminals take at most, base64 included. */
const MOST_CLIPBOARD_BYTES = 100_000;

/** OSC 52: the terminal sets the clipboard of the machine that the person sits at, over SSH too. */
function copy(text: string): boolean {
  const encoded = Buffer.from(text).toString("base64");
  if (encoded.length > MOST_CLIPBOARD_BYTES) return false;
  process.stdout.write(`\u001b]52;c;${encoded}\u0007`);
  return true;
}

/** Stops the whole job, as the terminal does for a program that leaves Ctrl-Z to it. */
async function suspend(): Promise<void> {
  if (process.platform === "win32") return;
  process.stderr.write("hookspool is stopped: nothing is captured until fg.\n");
  process.kill(0, "SIGTSTP");
  // The signal stops the process before this has passed; where nothing can bring it back, it is ignored.
  await wait(100);
  // The terminal may have another size by now.
  process.kill(process.pid, "SIGWINCH");
}
