import { type ChildProcess, spawn } from "node:child_process";
import { AppError, systemCode } from "../core/errors.ts";
import { splitWords } from "./split-words.ts";

interface Options {
  /** Whether what it prints may be shown; it goes to stderr, as stdout is for data. */
  readonly shows: boolean;
  readonly talk: (text: string) => void;
}

/** A command that is told of the endpoint's URL, whenever that is another one. */
export interface UrlCommand {
  /** Runs it; while it runs, what is newest waits for its end. */
  tell(url: string): void;
  /** Ends it; nothing is run any more. */
  stop(): void;
}

/**
 * The command is run as it is, without a shell: `--on-url "sh -c '…'"` is for those who want one. On Windows it is
 * run by the system's shell, since npm and the like are scripts there.
 *
 * @throws {AppError} E_USAGE where it names no program
 */
export function createUrlCommand(line: string, { shows, talk }: Options): UrlCommand {
  const [program, ...args] = process.platform === "win32" ? [line] : (splitWords(line) ?? []);
  if (program === undefined || program.trim() === "")
    throw new AppError("--on-url names no command", {
      code: "E_USAGE",
      fault: "user",
      hint: "It looks like: --on-url 'node register.js'. Close every quote.",
    });
  let child: ChildProcess | undefined;
  let waiting: string | undefined;
  let stopped = false;

  function run(url: string) {
    child = spawn(program as string, args, {
      env: { ...process.env, ...urlVariables(url) },
      stdio: ["ignore", shows ? 2 : "ignore", shows ? 2 : "ignore"],
      shell: process.platform === "win32",
    });
    child.once("error", (error) => end(`could not be started (${systemCode(error)})`));
    child.once("exit", (code, signal) => end(code === 0 ? undefined : `ended with ${signal ?? code}`));
  }

  function end(problem: string | undefined) {
    child = undefined;
    if (stopped) return;
    if (problem !== undefined) talk(`hookspool: the --on-url command ${problem}.\n`);
    const url = waiting;
    waiting = undefined;
    if (url !== undefined) run(url);
  }

  return {
    tell(url) {
      if (stopped) return;
      if (child) waiting = url;
      else run(url);
    },
    stop() {
      stopped = true;
      child?.kill();
    },
  };
}

/** How a command finds the endpoint in its environment. */
export const urlVariables = (url: string) => ({ HOOKSPOOL_URL: url, WEBHOOK_URL: url });
