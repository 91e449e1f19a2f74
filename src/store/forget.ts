import { removeBodyFile } from "./bodies.ts";
import type { Database } from "./sqlite.ts";

/** Which deliveries may go. Every rule narrows what is kept. */
export interface PruneRules {
  /** Those that arrived before, ms since the epoch. */
  readonly before?: number | undefined;
  /** All but the newest this many. */
  readonly keep?: number | undefined;
  /** Owed ones too. */
  readonly force: boolean;
}

/** Deletes these deliveries with all that belongs to them; says how many there were. */
export function forget(database: Database, bodyFolder: string, ids: readonly number[]): number {
  let files: string[] = [];
  const removed = database.transaction(() => {
    let count = 0;
    files = [];
    for (const id of ids) {
      const payload = database
        .statement("DELETE FROM payloads WHERE delivery = ? RETURNING body_file")
        .get(id);
      const file = payload?.body_file;
      if (typeof file === "string") files.push(file);
      database
        .statement("DELETE FROM exchanges WHERE attempt IN (SELECT id FROM attempts WHERE delivery = ?)")
        .run(id);
      database.statement("DELETE FROM attempts WHERE delivery = ?").run(id);
      count += Number(database.statement("DELETE FROM deliveries WHERE id = ?").run(id).changes);
    }
    return count;
  });
  // After the commit: a file without a row is swept up later, a row without its file would be a loss.
  for (const file of files) removeBodyFile(bodyFolder, file);
  return removed;
}

/** How many deliveries go in one transaction, so that a capturing process never waits long for its turn. */
const CHUNK = 500;

/** Deletes what the rules let go; owed deliveries stay unless forced. */
export function prune(database: Database, bodyFolder: string, rules: PruneRules): number {
  const conditions: string[] = [];
  const values: number[] = [];
  if (rules.before !== undefined) {
    conditions.push("received_at < ?");
    values.push(rules.before);
  }
  if (rules.keep !== undefined) {
    conditions.push("id NOT IN (SELECT id FROM deliveries ORDER BY id DESC LIMIT ?)");
    values.push(rules.keep);
  }
  const rule = `(${conditions.join(" OR ")})${rules.force ? "" : " AND owed = 0"}`;
  const next = `SELECT id FROM deliveries WHERE ${rule} ORDER BY id LIMIT ${CHUNK}`;
  let removed = 0;
  for (;;) {
    const ids = database.statement(next).all(...values) as { id: number }[];
    if (ids.length === 0) return removed;
    removed += forget(
      database,
      bodyFolder,
      ids.map(({ id }) => id),
    );
  }
}
