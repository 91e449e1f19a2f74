import { spawn } from "node:child_process";
import { once } from "node:events";
import { atTheEnd } from "./cleanup.ts";

/** A command in a terminal of its own; all that the terminal shows is gathered, echoes too. */
export interface TerminalRun {
  readonly shown: () => string;
  /** Resolves once this is on the terminal. */
  shows(text: string | RegExp): Promise<void>;
  type(keys: string): void;
  /** Resolves when the command has ended. */
  readonly ended: Promise<void>;
}

/** Runs a shell's command line on a pseudo-terminal (util-linux `script`). */
export function runOnTerminal(line: string, env: NodeJS.ProcessEnv): TerminalRun {
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], { env });
  atTheEnd(() => void child.kill("SIGKILL"));
  let shown = "";
  const watchers = new Set<() => void>();
  child.stdout.on("data", (bytes: Buffer) => {
    shown += bytes.toString();
    for (const watch of watchers) watch();
  });
  const ended = once(child, "close").then(() => {});
  return {
    shown: () => shown,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          if (typeof text === "string" ? !shown.includes(text) : !text.test(shown)) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
        void ended.then(() => reject(new Error(`it ended before it showed ${text}: ${shown}`)));
      }),
    type: (keys) => void child.stdin.write(keys),
    ended,
  };
}
