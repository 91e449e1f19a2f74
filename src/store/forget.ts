import { removeBodyFile } from "./bodies.ts";
import type { Sql } from "./condition-sql.ts";
import type { Database } from "./sqlite.ts";

/** Deletes these deliveries with all that belongs to them, where `condition` holds; gives back their numbers. */
export function forget(
  database: Database,
  bodyFolder: string,
  ids: readonly number[],
  condition: Sql = { sql: "1", values: [] },
): number[] {
  const { gone, files } = database.transaction(() => {
    const gone = database
      .statement(
        `DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(?)) AND ${condition.sql} RETURNING id`,
      )
      .all(JSON.stringify(ids), ...condition.values)
      .map(({ id }) => id as number);
    const these = JSON.stringify(gone);
    const files = database
      .statement(
        "DELETE FROM payloads WHERE delivery IN (SELECT value FROM json_each(?)) RETURNING body_file",
      )
      .all(these)
      .flatMap(({ body_file: file }) => (typeof file === "string" ? [file] : []));
    const unnamed = new Set(files.filter((file) => !isNamed(database, file)));
    const attempts = "SELECT id FROM attempts WHERE delivery IN (SELECT value FROM json_each(?))";
    database.statement(`DELETE FROM exchanges WHERE attempt IN (${attempts})`).run(these);
    database.statement(`DELETE FROM attempts WHERE id IN (${attempts})`).run(these);
    return { gone, files: unnamed };
  });
  // After the commit: a file without a row is swept up later, a row without its file would be a loss.
  for (const file of files) removeBodyFile(bodyFolder, file);
  return gone;
}

/** Whether a delivery has its body in this file. */
export const isNamed = (database: Database, file: string): boolean =>
  database.statement("SELECT 1 FROM payloads WHERE body_file = ? LIMIT 1").get(file) !== undefined;
