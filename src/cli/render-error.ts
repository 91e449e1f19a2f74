import { type ErrorRecord, toErrorRecord } from "../core/errors.ts";
import { errorLine, jsonLine } from "../log/json.ts";
import { typedDirFlag, withFlag } from "./dir-flag.ts";

/**
 * One sentence, its code, a hint; with `--json` the same as a line on stdout; a stack only for `--debug`.
 *
 * @param words the command line as it was typed
 */
export function renderError(error: unknown, words: readonly string[]): ErrorRecord {
  const thrown = toErrorRecord(error);
  const record = { ...thrown, hint: withFlag(thrown.hint, typedDirFlag(words)) };
  process.stderr.write(`hookspool: ${record.message} (${record.code}). ${record.hint}\n`);
  if (words.includes("--debug") && record.stack !== undefined) process.stderr.write(`${record.stack}\n`);
  if (words.includes("--json")) process.stdout.write(jsonLine(errorLine(record)));
  return record;
}
