import { spawn } from "node:child_process";
import { AppError, type ExitCode, exitCodes, systemCode } from "../core/errors.ts";

interface Options {
  /** Our stdout is for JSON: the command writes to stderr. */
  readonly stdoutIsOurs: boolean;
}

/**
 * Runs a command with the endpoint in its environment; its end is ours, with its exit code.
 *
 * @throws {AppError} E_COMMAND where it cannot be started
 */
export function runBeside(
  [program = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  { stdoutIsOurs }: Options,
): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...environment },
      stdio: ["inherit", stdoutIsOurs ? 2 : "inherit", "inherit"],
      // On Windows npm and the like are scripts.
      shell: process.platform === "win32",
    });
    // Ctrl-C reaches both from the terminal; a signal to us alone is passed on.
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on("SIGTERM", pass);
    process.on("SIGHUP", pass);
    const done = () => {
      process.off("SIGTERM", pass);
      process.off("SIGHUP", pass);
    };
    child.once("error", (error) => {
      done();
      reject(
        new AppError(`the command "${program}" could not be started (${systemCode(error)})`, {
          code: "E_COMMAND",
          fault: "user",
          hint: "Check what stands after --.",
          cause: error,
        }),
      );
    });
    child.once("exit", (code, signal) => {
      done();
      resolve((signal === null ? (code ?? exitCodes.done) : exitCodes.interrupted) as ExitCode);
    });
  });
}
