/** The one place that ends the process. */
import { CommanderError } from "commander";
import { AppError, type ExitCode, exitCodes } from "../core/errors.ts";
import { createProgram } from "./program.ts";
import { renderError } from "./render-error.ts";

const words = process.argv.slice(2);

// A reader that has seen enough (`| head`) ends the output, not the world.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
});

// A terminal that was closed hears no talk; what is under way ends in order all the same.
process.stderr.on("error", () => {});

// Started by an older Node (bin/hookspool.js): what kills that process means this one.
if (process.env.HOOKSPOOL_ENDS_WITH_PARENT && process.channel) {
  process.once("disconnect", () => process.exit(exitCodes.interrupted));
  process.channel.unref();
}

process.on("uncaughtException", (error) => process.exit(endWith(error)));

try {
  let exitCode: ExitCode | undefined;
  const program = createProgram(words, {
    finish(code) {
      exitCode = code;
    },
    endNow: (code) => process.exit(code),
  });
  await program.parseAsync(words, { from: "user" });
  process.exitCode = exitCode ?? exitCodes.done;
} catch (error) {
  process.exitCode = endWith(error);
}

function endWith(error: unknown): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  return renderError(error instanceof CommanderError ? usageError(error) : error, words).exitCode;
}

function usageError(error: CommanderError): AppError {
  return new AppError(error.message.replace(/^error: /, "").replace(/\.$/, ""), {
    code: "E_USAGE",
    fault: "user",
    hint: `Run "hookspool --help", or with a command's name before --help, to see what there is.`,
    cause: error,
  });
}
