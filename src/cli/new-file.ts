import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { AppError, systemCode } from "../core/errors.ts";

/** After so many names that are taken, something else is wrong. */
const MOST_NAMES = 1_000;

/**
 * Writes a file of this name into the working directory, or with a number behind it where there is one: nothing is
 * written over. Only its owner can read it. Gives its path.
 *
 * @throws {AppError} E_FILE
 */
export function writeNewFile(stem: string, extension: string, content: Uint8Array): string {
  for (let number = 1; number <= MOST_NAMES; number += 1) {
    const path = resolve(`${stem}${number === 1 ? "" : `-${number}`}.${extension}`);
    try {
      writeFileSync(path, content, { flag: "wx", mode: 0o600 });
      return path;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw notWritten(path, error);
    }
  }
  throw notWritten(`${stem}.${extension}`, undefined);
}

function notWritten(path: string, cause: unknown): AppError {
  return new AppError(`${path} cannot be written${cause instanceof Error ? `: ${cause.message}` : ""}`, {
    code: "E_FILE",
    fault: "environment",
    hint: "Start hookspool in a folder that you may write to.",
    cause,
  });
}
