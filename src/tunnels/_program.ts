import { fork } from "node:child_process";
import type { Readable } from "node:stream";
import type { ProgramReport } from "./_program-protocol.ts";

interface ProgramOptions {
  /** Its path. */
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Hears each line that it writes, of stdout and stderr, without its line end. */
  readonly onLine: (line: string) => void;
}

export interface RunningProgram {
  /** Settles when it has ended, by itself or not, with how, in plain words: `ended (exit code 1)`. */
  readonly ended: Promise<string>;
  /** Idempotent; resolves in under 2 s, when the program is gone. */
  close(): Promise<void>;
}

/** How long the keeper may take to end its program and itself, in ms. */
const GRACE_MS = 1_500;
/** A line that does not end is cut here. */
const MAX_LINE = 16 * 1024;

/** Runs a program that ends with this process, even if this process is killed. */
export function runProgram({ program, args, env, onLine }: ProgramOptions): RunningProgram {
  const file = import.meta.url.endsWith(".ts") ? "_program-process.ts" : "program-process.js";
  const keeper = fork(new URL(`./${file}`, import.meta.url), [program, ...args], {
    env,
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: Ctrl-C in the terminal is not meant for it, nor is what ends our whole group at once.
    detached: true,
  });
  const read = [keeper.stdout, keeper.stderr].map((stream) => stream && readLines(stream, onLine));
  let pid: number | undefined;
  let how: string | undefined;
  keeper.on("message", (report: ProgramReport) => {
    if (report.type === "started") pid = report.pid;
    else how = report.by;
  });
  const ended = new Promise<string>((resolve) => {
    keeper.once("error", (error) => resolve(`cannot be run: ${error.message}`));
    keeper.once("exit", async (code, signal) => {
      // A keeper that was killed could not end its program.
      if (how === undefined && pid !== undefined) killIfThere(pid);
      await Promise.all(read);
      resolve(how ?? `ended (${signal ?? `exit code ${code}`})`);
    });
  });
  return {
    ended,
    async close() {
      const timer = setTimeout(() => keeper.kill("SIGKILL"), GRACE_MS);
      if (keeper.connected) keeper.disconnect();
      await ended;
      clearTimeout(timer);
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {}
}

/** Resolves when the stream has ended. */
function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (piece: string) => {
    const lines = (rest + piece).split(/\r?\n|\r/);
    rest = lines.pop()?.slice(0, MAX_LINE) ?? "";
    for (const line of lines) onLine(line);
  });
  return new Promise((resolve) => {
    stream.once("close", () => {
      if (rest !== "") onLine(rest);
      resolve();
    });
  });
}
