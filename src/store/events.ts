/**
 * Which deliveries tell of the same event. Jobs and keys come in no order: an index over them costs each delivery a
 * page of its own, which is a third of a commit. So it is made in the background, for many at a time, and what it
 * does not hold yet is remembered by whoever writes.
 */
import type { Identity } from "../core/delivery.ts";
import type { Database } from "./sqlite.ts";

/** The events of what has been written and is not in the index yet. Asked and told within a write transaction. */
export interface EventBook {
  /** Once in every transaction, before all else: others may have written since. */
  catchUp(): void;
  /** The first delivery of an event, among those numbered below `before`. */
  first(identity: Identity, before?: number): number | null;
  add(id: number, identity: Identity): void;
  /** The transaction was rolled back. */
  forget(): void;
}

/** With more than these, the index is made at once, however busy the machine is. */
export const MOST_UNFILED = 100_000;

/** So many are filed in one transaction: about 2 ms. */
const BATCH = 256;

const INDEXED = `SELECT id FROM deliveries INDEXED BY deliveries_job
  WHERE job = ? AND dedupe_key = ? AND provider IS ? AND filed = 1 AND id < ? ORDER BY id LIMIT 1`;
const INDEXED_WITHOUT_JOB = `SELECT id FROM deliveries INDEXED BY deliveries_dedupe
  WHERE job IS NULL AND dedupe_key = ? AND provider IS ? AND filed = 1 AND id < ? ORDER BY id LIMIT 1`;
const UNFILED = `SELECT id FROM deliveries WHERE filed = 0 AND id >= ? AND id < ?
  AND job IS ? AND dedupe_key = ? AND provider IS ? ORDER BY id LIMIT 1`;

export function createEventBook(database: Database): EventBook {
  /** The first number of each event among those that are not filed. */
  const firsts = new Map<string, number>();
  /** Everything up to this number is filed or noted. */
  let known = 0;

  function filedIn({ provider, job, dedupeKey }: Identity, before: number): number | undefined {
    const row =
      job === null
        ? database.statement(INDEXED_WITHOUT_JOB).get(dedupeKey, provider, before)
        : database.statement(INDEXED).get(job, dedupeKey, provider, before);
    return row?.id as number | undefined;
  }

  function dropFiled() {
    const filed = filedUpTo(database);
    for (const [key, id] of firsts) {
      if (id > filed) break;
      firsts.delete(key);
    }
  }

  return {
    catchUp() {
      if (firsts.size > MOST_UNFILED) dropFiled();
      const newest = newestDelivery(database);
      if (newest <= known) return;
      const from = Math.max(known, filedUpTo(database), newest - MOST_UNFILED);
      const rows = database
        .statement(
          `SELECT id, provider, job, dedupe_key AS dedupeKey FROM deliveries
           WHERE id > ? AND filed = 0 AND dedupe_key IS NOT NULL ORDER BY id`,
        )
        .all(from) as unknown as ({ id: number } & Identity)[];
      for (const row of rows) this.add(row.id, row);
      known = newest;
    },
    first(identity, before = Number.MAX_SAFE_INTEGER) {
      const { provider, job, dedupeKey } = identity;
      if (dedupeKey === null) return null;
      const filed = filedIn(identity, before);
      if (filed !== undefined) return filed;
      const noted = firsts.get(keyOf(identity));
      if (noted === undefined) return null;
      // It may have been forgotten or changed since; nearly always it is the first that is looked at.
      const row = database.statement(UNFILED).get(noted, before, job, dedupeKey, provider);
      return (row?.id ?? null) as number | null;
    },
    add(id, identity) {
      known = Math.max(known, id);
      if (identity.dedupeKey === null) return;
      const key = keyOf(identity);
      if (!firsts.has(key)) firsts.set(key, id);
    },
    forget() {
      firsts.clear();
      known = 0;
    },
  };
}

const keyOf = ({ provider, job, dedupeKey }: Identity) => `${dedupeKey}\0${job}\0${provider}`;

function newestDelivery(database: Database): number {
  return Number(database.statement("SELECT max(id) AS newest FROM deliveries").get()?.newest ?? 0);
}

function filedUpTo(database: Database): number {
  return Number(database.statement("SELECT newest FROM filing").get()?.newest ?? 0);
}

/** How many deliveries, at most, are not in the index yet. */
export const unfiled = (database: Database): number => newestDelivery(database) - filedUpTo(database);

/** Brings what is not in the index into it, oldest first, until there is none or `enough` says so. Whether there is more. */
export function fileEvents(database: Database, enough: () => boolean): boolean {
  const newest = newestDelivery(database);
  for (let from = filedUpTo(database); from < newest; from += BATCH) {
    if (enough()) return true;
    const to = Math.min(from + BATCH, newest);
    database.transaction(() => {
      database
        .statement("UPDATE deliveries SET filed = 1 WHERE id > ? AND id <= ? AND filed = 0")
        .run(from, to);
      database.statement("UPDATE filing SET newest = max(newest, ?)").run(to);
    });
  }
  return false;
}
