import { setTimeout as wait } from "node:timers/promises";
import { parseTarget } from "../core/target.ts";
import { listensAt } from "../spool/port-gate.ts";
import { startTui, type Tui } from "../tui/tui.ts";
import type { Session } from "../wiring/session.ts";
import { copyText } from "./clipboard.ts";
import type { Context } from "./context.ts";
import { dirFlag, withFlag } from "./dir-flag.ts";
import { BELL, createReporter, isMove, type Reporter } from "./reporter.ts";

interface TuiReporterOptions {
  readonly target: string;
  /** The provider that every delivery is taken to be of. */
  readonly provider: string | undefined;
  /** The providers whose signing secrets are known. */
  readonly secrets: readonly string[];
  readonly mouse: boolean;
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
    process.off("uncaughtException", close).off("exit", close).off("SIGTSTP", onStop);
    release();
    release = () => {};
  };
  /** From outside; Ctrl-Z is a key like any other. */
  const onStop = () => void tui?.lend(suspend);

  /** Stops the whole job, as the terminal does for a program that leaves Ctrl-Z to it. */
  async function suspend(): Promise<void> {
    if (process.platform === "win32") return;
    process.stderr.write("hookspool is stopped: nothing is captured until fg.\n");
    process.off("SIGTSTP", onStop);
    process.kill(0, "SIGTSTP");
    // The signal stops the process before this has passed; where nothing can bring it back, it is ignored.
    await wait(100);
    process.on("SIGTSTP", onStop);
    // The terminal may have another size by now.
    process.kill(process.pid, "SIGWINCH");
  }

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
      process.once("exit", close);
      process.on("SIGTSTP", onStop);
      tui = startTui({
        ports: {
          ...session.actions,
          ...worldOf(session, options.target),
          hintHere: (hint) => withFlag(hint, dirFlag(context)),
          quit: options.quit,
          suspend,
        },
        target: options.target,
        local: session.local,
        tunnel: session.tunnelStatus(),
        secrets: options.secrets,
        provider: options.provider,
        output: process.stdout,
        input: process.stdin,
        mouse: options.mouse,
        tones: context.tones,
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

/** What has nothing to do with capturing; most of it is loaded when it is first wanted. */
function worldOf(session: Session, target: string) {
  const reader = session.reader();
  return {
    reader,
    reach: () => listensAt(parseTarget(target)),
    askOutput: async (url: string) => (await import("../wiring/ask-output.ts")).askOutput(url),
    edit: async (body: Uint8Array) =>
      (await import("./edit-body.ts")).editBody(body, { stdoutIsOurs: false }),
    writeFile: async (stem: string, extension: string, content: Uint8Array) =>
      (await import("./new-file.ts")).writeNewFile(stem, extension, content),
    browse: async (url: string) => (await import("./open-browser.ts")).openBrowser(url),
    copy: (text: string) => copyText(text, process.stdout),
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
