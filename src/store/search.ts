import { type Condition, everything } from "../core/condition.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { DeliveryFilter, FoundDeliveries, SearchPage } from "../core/ports.ts";
import { readPhrases, textMatcher } from "../inspect/search-text.ts";
import { rowSql, type Sql } from "./condition-sql.ts";
import { toSummary } from "./rows.ts";
import type { SearchIndex } from "./search-index.ts";
import { type Range, SPAN, stretches } from "./spans.ts";
import type { Database } from "./sqlite.ts";
import { readTexts } from "./texts.ts";

interface SearchOptions {
  readonly database: Database;
  readonly bodyFolder: string;
  /** `undefined` where there is no full-text index, or none that this Node can read. */
  readonly index: () => SearchIndex | undefined;
}

export interface Search {
  find(filter: DeliveryFilter, page: SearchPage): FoundDeliveries;
}

/** Numbers that are looked at in one statement: a few ms without an index. */
const ROW_STRETCH = 64 * SPAN;

/** The same where each one's text is read and looked through. */
const TEXT_STRETCH = SPAN;

/** Numbers taken from the full-text index at once. */
const HITS = 200;

/** A part of a search: everything from `down` on has been looked at. */
interface Part {
  readonly rows: readonly DeliverySummary[];
  readonly down: number;
}

export function createSearch({ database, bodyFolder, index }: SearchOptions): Search {
  return {
    find(filter, { limit, before = Number.MAX_SAFE_INTEGER, from = 0, withinMs = Number.POSITIVE_INFINITY }) {
      const asked = rowsAsked(filter);
      if (asked.isIndexed) {
        const rows = read(asked, { top: before - 1, bottom: from }, limit);
        return { deliveries: rows, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
      }
      const deadline = performance.now() + withinMs;
      const found: DeliverySummary[] = [];
      for (const { rows, down } of parts(filter, asked, { top: before - 1, bottom: from }, limit)) {
        found.push(...rows.slice(0, limit - found.length));
        if (found.length === limit) return { deliveries: found, next: found.at(-1)?.id ?? null };
        if (performance.now() >= deadline) return { deliveries: found, next: down };
      }
      return { deliveries: found, next: null };
    },
  };

  /** Newest first, what there is in the full-text index and what is not yet, or no longer, or cannot be. */
  function* parts(filter: DeliveryFilter, asked: Asked, wanted: Range, limit: number): Generator<Part> {
    const range = within(wanted, existing());
    const phrases = readPhrases(filter.words ?? []);
    if (phrases.length === 0) return yield* rowsIn(range, limit);
    const texts = ifReadable(index);
    const indexed = ifReadable(() => texts?.range());
    if (!texts || !indexed) return yield* textsIn(range);
    yield* textsIn({ ...range, bottom: Math.max(range.bottom, indexed.top + 1) });
    yield* hitsIn(within(range, indexed), texts);
    yield* textsIn({ ...range, top: Math.min(range.top, indexed.bottom - 1) });

    function* rowsIn(range: Range, limit: number, most = ROW_STRETCH): Generator<Part> {
      for (const stretch of stretches(database, { range, condition: filter.where ?? everything, most }))
        yield {
          rows: stretch.ids ? readAmong(asked, stretch.ids) : read(asked, stretch, limit),
          down: stretch.bottom,
        };
    }

    function* textsIn(range: Range): Generator<Part> {
      const matches = textMatcher(phrases);
      for (const { rows, down } of rowsIn(range, TEXT_STRETCH, TEXT_STRETCH)) {
        const texts = readTexts(database, bodyFolder, rows);
        yield { rows: rows.filter((_row, i) => matches(texts[i] ?? "")), down };
      }
    }

    function* hitsIn({ top, bottom }: Range, texts: SearchIndex): Generator<Part> {
      for (let from = top; from >= bottom; ) {
        const ids = ifReadable(() => texts.find(phrases, { top: from, bottom }, HITS));
        if (!ids) return yield* textsIn({ top: from, bottom });
        const down = ids.length < HITS ? bottom : (ids.at(-1) ?? bottom);
        yield { rows: readAmong(asked, ids), down };
        from = down - 1;
      }
    }
  }

  function existing(): Range {
    const row = database
      .statement("SELECT (SELECT min(id) FROM deliveries) AS bottom, (SELECT max(id) FROM deliveries) AS top")
      .get();
    return { top: Number(row?.top ?? 0), bottom: Number(row?.bottom ?? 1) };
  }

  function read({ from, sql, values }: Asked, { top, bottom }: Range, limit: number): DeliverySummary[] {
    return database
      .statement(`SELECT * FROM ${from} WHERE id <= ? AND id >= ? AND ${sql} ORDER BY id DESC LIMIT ?`)
      .all(top, bottom, ...values, limit)
      .map(toSummary);
  }

  function readAmong({ sql, values }: Asked, ids: readonly number[]): DeliverySummary[] {
    return database
      .statement(
        `SELECT * FROM deliveries WHERE id IN (SELECT value FROM json_each(?)) AND ${sql} ORDER BY id DESC`,
      )
      .all(JSON.stringify(ids), ...values)
      .map(toSummary);
  }
}

/** Whatever is wrong with the index, the texts are there to be read; its keeper makes it anew. */
function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

interface Asked extends Sql {
  readonly from: string;
  /** Nothing has to be looked at that is not wanted. */
  readonly isIndexed: boolean;
}

function rowsAsked({ owed, job, where = everything, words = [] }: DeliveryFilter): Asked {
  const { sql, values } = rowSql(where);
  const isPlain = where === everything && readPhrases(words).length === 0;
  if (job !== undefined)
    return {
      from: ofJob,
      sql: `job = ? AND ${owedSql(owed)} ${sql}`,
      values: [job, ...values],
      isIndexed: isPlain && owed !== false,
    };
  const isOwed = owed === true || asksOwed(where);
  return {
    from: isOwed ? "deliveries INDEXED BY deliveries_owed" : "deliveries",
    sql: `${owedSql(isOwed ? true : owed)} ${sql}`,
    values,
    isIndexed: isPlain && owed !== false,
  };
}

/** What the index holds, and what it does not hold yet. */
const ofJob = `(SELECT * FROM deliveries INDEXED BY deliveries_job WHERE job IS NOT NULL AND filed = 1
  UNION ALL SELECT * FROM deliveries WHERE id > (SELECT newest FROM filing) AND filed = 0)`;

const owedSql = (owed: boolean | undefined) => (owed === undefined ? "" : `owed = ${owed ? 1 : 0} AND`);

function asksOwed(where: Condition): boolean {
  if (where.is === "all") return where.of.some(asksOwed);
  return where.is === "trait" && where.of === "owed";
}

const within = (a: Range, b: Range): Range => ({
  top: Math.min(a.top, b.top),
  bottom: Math.max(a.bottom, b.bottom),
});
