import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { AppError, type ExitCode, exitCodes, systemCode } from "../core/errors.ts";
import { urlVariables } from "./url-command.ts";

interface Options {
  /** What the command finds in its environment. */
  readonly url: string;
  /** Our stdout is for JSON: the command writes to stderr. */
  readonly stdoutIsOurs: boolean;
  readonly restartsOnMove: boolean;
  readonly talk: (text: string) => void;
}

/** A command that runs while we do. */
export interface Beside {
  /** Its exit code, once it has ended by itself; rejects with E_COMMAND where it cannot be started. */
  readonly ended: Promise<ExitCode>;
  /** The endpoint has another URL: the command is started anew with it, or the person is told. */
  moved(url: string): void;
  stop(): void;
}

/** How long a command may take to end before it is started anew, in ms. */
const GRACE_MS = 5_000;

/** A terminal sends Ctrl-C to both of us; without one it comes to us alone, as these always do. */
const passedOn: readonly NodeJS.Signals[] = [
  "SIGTERM",
  "SIGHUP",
  ...(process.stdin.isTTY ? [] : (["SIGINT"] as const)),
  ...(process.platform === "win32" ? [] : (["SIGQUIT", "SIGUSR2"] as const)),
];

/** Runs a command with the endpoint in its environment; its end is ours, with its exit code. */
export function runBeside([program = "", ...args]: readonly string[], options: Options): Beside {
  const { promise: ended, resolve, reject } = Promise.withResolvers<ExitCode>();
  let url = options.url;
  let child = start();
  let restarting = false;

  const pass = (signal: NodeJS.Signals) => {
    // Whoever ends it means it, also while it is being started anew.
    restarting = false;
    child.kill(signal);
  };
  for (const signal of passedOn) process.on(signal, pass);
  const settled = () => {
    for (const signal of passedOn) process.off(signal, pass);
  };

  function start(): ChildProcess {
    const started = spawn(program, args, {
      env: { ...process.env, ...urlVariables(url) },
      stdio: ["inherit", options.stdoutIsOurs ? 2 : "inherit", "inherit"],
      // On Windows npm and the like are scripts.
      shell: process.platform === "win32",
    });
    started.once("error", (error) => {
      settled();
      reject(cannotStart(program, error));
    });
    started.once("exit", (code, signal) => {
      if (restarting) {
        restarting = false;
        child = start();
        return;
      }
      settled();
      resolve(exitCodeOf(code, signal));
    });
    return started;
  }

  return {
    ended,
    moved(to) {
      if (to === url) return;
      url = to;
      if (!options.restartsOnMove) {
        options.talk(
          "The command still has the endpoint's old URL: with --restart-on-move it would be started anew.\n",
        );
        return;
      }
      if (restarting) return;
      restarting = true;
      const leaving = child;
      const timer = setTimeout(() => leaving.kill("SIGKILL"), GRACE_MS);
      leaving.once("exit", () => clearTimeout(timer));
      leaving.kill();
    },
    stop() {
      restarting = false;
      if (child.exitCode === null && child.signalCode === null) child.kill();
    },
  };
}

/** As shells say it: 128 and the signal's number. */
function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): ExitCode {
  return (signal === null ? (code ?? exitCodes.done) : 128 + constants.signals[signal]) as ExitCode;
}

function cannotStart(program: string, error: Error): AppError {
  return new AppError(`the command "${program}" could not be started (${systemCode(error)})`, {
    code: "E_COMMAND",
    fault: "user",
    hint: "Check what stands after --.",
    cause: error,
  });
}
