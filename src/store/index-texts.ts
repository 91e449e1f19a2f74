import type { SearchIndex } from "./search-index.ts";
import type { Range } from "./spans.ts";
import type { Database } from "./sqlite.ts";
import { readTexts } from "./texts.ts";

/** Deliveries that are indexed in one transaction of the index: about 10 ms. */
const BATCH = 100;

interface IndexingOptions {
  readonly database: Database;
  readonly bodyFolder: string;
  readonly index: SearchIndex;
  /**
   * The newest that may be indexed: one that was committed a moment ago might, if power fails before its sync, give
   * its number to another.
   */
  readonly upTo: number;
}

/**
 * Indexes a batch of what has come since, else of what was there before, newest first. Whether there may be more.
 */
export function indexTexts({ database, bodyFolder, index, upTo }: IndexingOptions): boolean {
  const from = index.range();
  const oldest = Number(database.statement("SELECT min(id) AS id FROM deliveries").get()?.id ?? upTo + 1);
  const batch = nextBatch(from, { top: upTo, bottom: oldest });
  if (!batch) return false;
  const rows = database
    .statement("SELECT id, path, job, bytes FROM deliveries WHERE id BETWEEN ? AND ? ORDER BY id")
    .all(batch.bottom, batch.top) as { id: number; path: string; job: string | null; bytes: number }[];
  const texts = readTexts(database, bodyFolder, rows).flatMap((text, i) =>
    text === undefined ? [] : [{ id: rows[i]?.id ?? 0, text }],
  );
  const to = from
    ? { top: Math.max(from.top, batch.top), bottom: Math.min(from.bottom, batch.bottom) }
    : batch;
  index.add(texts, { from, to });
  return true;
}

function nextBatch(indexed: Range | undefined, existing: Range): Range | undefined {
  const { top, bottom } = existing;
  if (bottom > top) return undefined;
  if (!indexed) return { top, bottom: Math.max(bottom, top - BATCH + 1) };
  // What was pruned between what is indexed and what is left counts as indexed: there is nothing to find.
  if (indexed.top < top)
    return { bottom: indexed.top + 1, top: Math.min(top, Math.max(indexed.top, bottom - 1) + BATCH) };
  if (indexed.bottom > bottom)
    return { top: indexed.bottom - 1, bottom: Math.max(bottom, indexed.bottom - BATCH) };
  return undefined;
}

/** Numbers looked at in one step of {@link sweepIndex}: a few ms. */
const SWEEP = 2_000;

/**
 * Takes out what is indexed and has been forgotten without it: by a process that was killed in between, or one that
 * cannot read the index. Goes through the numbers from one on; where to go on, or `undefined` at the end.
 */
export function sweepIndex(database: Database, index: SearchIndex, from: number): number | undefined {
  const ids = index.ids(from, SWEEP);
  const existing = new Set(
    database
      .statement("SELECT id FROM deliveries WHERE id IN (SELECT value FROM json_each(?))")
      .all(JSON.stringify(ids))
      .map(({ id }) => id as number),
  );
  const outlived = ids.filter((id) => !existing.has(id));
  if (outlived.length > 0) index.remove(outlived);
  const last = ids.at(-1);
  return last === undefined ? undefined : last + 1;
}
