import { type ErrorRecord, toErrorRecord } from "../core/errors.ts";
import { errorLine, jsonLine } from "../log/json.ts";

interface RenderOptions {
  readonly json: boolean;
  readonly debug: boolean;
}

/** One sentence, its code, a hint; with `--json` the same as a line on stdout; a stack only for `--debug`. */
export function renderError(error: unknown, { json, debug }: RenderOptions): ErrorRecord {
  const record = toErrorRecord(error);
  process.stderr.write(`hookspool: ${record.message} (${record.code}). ${record.hint}\n`);
  if (debug && record.stack !== undefined) process.stderr.write(`${record.stack}\n`);
  if (json) process.stdout.write(jsonLine(errorLine(record)));
  return record;
}
