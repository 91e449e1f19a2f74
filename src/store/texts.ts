import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { DeliverySummary } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import { SEARCHED_BODY_BYTES, searchableText } from "../inspect/search-text.ts";
import type { Database } from "./sqlite.ts";

/** What full text is looked for in, of each of these deliveries; nothing where one has gone meanwhile. */
export function readTexts(
  database: Database,
  bodyFolder: string,
  deliveries: readonly Pick<DeliverySummary, "id" | "path" | "job">[],
): (string | undefined)[] {
  const payload = database.statement(
    `SELECT headers, substr(body, 1, ${SEARCHED_BODY_BYTES}) AS body, body_file FROM payloads WHERE delivery = ?`,
  );
  return deliveries.map(({ id, path, job }) => {
    const row = payload.get(id);
    if (!row) return undefined;
    const file = row.body_file;
    const body = typeof file === "string" ? beginning(join(bodyFolder, file)) : (row.body as Uint8Array);
    return searchableText({ path, job, headers: JSON.parse(String(row.headers)) as HeaderPairs, body });
  });
}

function beginning(path: string): Uint8Array {
  const bytes = Buffer.allocUnsafe(SEARCHED_BODY_BYTES);
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    // Pruned since its row was read.
    return bytes.subarray(0, 0);
  }
  try {
    return bytes.subarray(0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}
