import { join } from "node:path";
import type { DeliverySummary } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import { SEARCHED_BODY_BYTES, searchableText } from "../inspect/search-text.ts";
import { readPart } from "./bodies.ts";
import type { Database } from "./sqlite.ts";

/** What full text is looked for in, of each of these deliveries; nothing where one has gone meanwhile. */
export function readTexts(
  database: Database,
  bodyFolder: string,
  deliveries: readonly Pick<DeliverySummary, "id" | "path" | "job" | "bytes">[],
): (string | undefined)[] {
  const payload = database.statement(
    `SELECT headers, substr(body, 1, ${SEARCHED_BODY_BYTES}) AS body, body_file, body_at FROM payloads
     WHERE delivery = ?`,
  );
  return deliveries.map(({ id, path, job, bytes }) => {
    const row = payload.get(id);
    if (!row) return undefined;
    const file = row.body_file;
    const body =
      typeof file === "string"
        ? beginning(join(bodyFolder, file), Number(row.body_at), bytes)
        : (row.body as Uint8Array);
    return searchableText({ path, job, headers: JSON.parse(String(row.headers)) as HeaderPairs, body });
  });
}

function beginning(path: string, at: number, size: number): Uint8Array {
  try {
    return readPart(path, at, Math.min(size, SEARCHED_BODY_BYTES));
  } catch {
    // Pruned since its row was read.
    return new Uint8Array();
  }
}
