/**
 * Spans: what the deliveries of each 256 numbers have among them. A search leaves out the spans that cannot have what
 * is asked for, which does what an index on every column would, and costs a commit nothing: spans are made in the
 * background, once their deliveries have settled. (Measured: six plain indexes take 15 % of the commits at
 * concurrency 1 and 27 % at 32.) A span that is missing, or that a later change has forgotten, is looked through.
 */
import { type Condition, traits } from "../core/condition.ts";
import { joined, type Sql, traitSql } from "./condition-sql.ts";
import type { Database } from "./sqlite.ts";

/** Deliveries of a span: those whose number has the same leading bits. The trigger of migration 3 says it, too. */
const SPAN_BITS = 8;
export const SPAN = 1 << SPAN_BITS;

/** The newest spans are left open: their deliveries are still being handled. */
const OPEN_SPANS = 2;

/** With more different values than this, a span lists none. */
const MOST_VALUES = 24;

/** The numbers from `bottom` to `top`, both included. */
export interface Range {
  readonly top: number;
  readonly bottom: number;
}

/** The parts of a range, newest first and at most `most` numbers each, that may have what is asked for. */
export function* stretches(
  database: Database,
  { range: { top, bottom }, condition, most }: { range: Range; condition: Condition; most: number },
): Generator<Range> {
  const left = spansWithout(database, condition, { top, bottom });
  let from = top;
  while (from >= bottom) {
    if (left.has(from >> SPAN_BITS)) {
      from = firstOf(from) - 1;
      continue;
    }
    let to = Math.max(firstOf(from), bottom);
    while (to > bottom && from - to < most - SPAN && !left.has((to - 1) >> SPAN_BITS))
      to = Math.max(firstOf(to - 1), bottom);
    yield { top: from, bottom: to };
    from = to - 1;
  }
}

const firstOf = (id: number) => (id >> SPAN_BITS) << SPAN_BITS;

/** The spans that have no such delivery. */
function spansWithout(database: Database, condition: Condition, { top, bottom }: Range): ReadonlySet<number> {
  const may = maySql(condition);
  if (!may) return new Set();
  const row = database
    .statement(`SELECT json_group_array(id) AS ids FROM spans WHERE id BETWEEN ? AND ? AND NOT ${may.sql}`)
    .get(bottom >> SPAN_BITS, top >> SPAN_BITS, ...may.values);
  return new Set(JSON.parse(String(row?.ids)) as number[]);
}

/** Whether a span may have it; `undefined` where a span cannot say. */
function maySql(condition: Condition): Sql | undefined {
  switch (condition.is) {
    case "all": {
      const known = condition.of.map(maySql).filter((part) => part !== undefined);
      return known.length === 0 ? undefined : joined(known, "AND");
    }
    case "any": {
      const parts = condition.of.map(maySql);
      const known = parts.filter((part) => part !== undefined);
      return known.length < parts.length ? undefined : joined(known, "OR");
    }
    case "text": {
      const { field, how, text } = condition;
      if (field === "job") return undefined;
      return lists(listOf[field], { equals: `"${text}"`, begins: `"${text}`, contains: text }[how]);
    }
    case "verdict":
      return lists("verdicts", `"${condition.of}"`);
    case "status":
    case "outcome":
      return lists("answers", `"${condition.begins}`);
    case "no-status":
      return lists("answers", '"none"');
    case "trait":
      return condition.of === "owed" ? undefined : lists("traits", `"${condition.of}"`);
    case "received":
      return { sql: "(until >= ? AND since < ?)", values: [condition.since, condition.until] };
    case "not":
    case "number-contains":
      return undefined;
  }
}

const listOf = {
  method: "methods",
  path: "paths",
  provider: "providers",
  event: "events",
  eventName: "events",
  target: "targets",
} as const;

/** A list stands there as JSON; a text that JSON writes otherwise is not looked for. */
function lists(column: string, text: string): Sql | undefined {
  const bare = text.replace(/^"|"$/g, "");
  if (JSON.stringify(bare) !== `"${bare}"`) return undefined;
  return { sql: `coalesce(instr(${column}, ?) > 0, 1)`, values: [text] };
}

/**
 * Makes spans that are missing and whose deliveries have settled, oldest first, each in a transaction of its own (a
 * third of a ms), until there are none or `enough` says so. Whether there are more.
 */
export function makeSpans(database: Database, enough: () => boolean): boolean {
  const outlived = `FROM spans WHERE id < (SELECT min(id) FROM deliveries) >> ${SPAN_BITS}`;
  if (database.statement(`SELECT 1 ${outlived} LIMIT 1`).get())
    database.transaction(() => database.statement(`DELETE ${outlived}`).run());
  const missing = database.statement(`
    WITH open AS (SELECT (SELECT max(id) FROM deliveries) >> ${SPAN_BITS} AS newest),
      gaps AS (
        SELECT id + 1 AS first, lead(id, 1, (SELECT newest FROM open) - ${OPEN_SPANS - 1}) OVER (ORDER BY id) AS next
        FROM (SELECT id FROM spans
              UNION ALL SELECT (SELECT min(id) FROM deliveries) >> ${SPAN_BITS} - 1))
    SELECT first, next FROM gaps WHERE first < next`);
  for (const { first, next } of missing.all() as { first: number; next: number }[])
    for (let span = first; span < next; span += 1) {
      if (enough()) return true;
      database.transaction(() =>
        database.statement(MAKE).run(span, span << SPAN_BITS, ((span + 1) << SPAN_BITS) - 1),
      );
    }
  return false;
}

/** The different values of a column, in lower case. */
function valuesOf(sql: string): string {
  return `CASE WHEN count(DISTINCT ${sql}) <= ${MOST_VALUES} AND coalesce(max(length(${sql})), 0) <= ${LONGEST_VALUE}
    THEN json_group_array(DISTINCT lower(${sql})) FILTER (WHERE ${sql} IS NOT NULL) END`;
}

const LONGEST_VALUE = 512;

/** The traits that some have; who is owed what has an index of its own. */
const traitsIn = traits
  .filter((trait) => trait !== "owed")
  .map((trait) => `iif(max(coalesce((${traitSql[trait]}), 0)), '"${trait}"', '')`)
  .join(" || ");

/** A span that has been emptied has nothing. */
const MAKE = `
  INSERT OR REPLACE INTO spans
    (id, since, until, methods, paths, providers, events, verdicts, answers, targets, traits)
  SELECT ?, coalesce(min(received_at), ${Number.MAX_SAFE_INTEGER}), coalesce(max(received_at), -1),
    ${valuesOf("method")}, ${valuesOf("path")}, ${valuesOf("provider")},
    ${valuesOf("event")} || ${valuesOf("event_name")}, ${valuesOf("verdict")} || ${valuesOf("reason")},
    ${valuesOf("coalesce(CAST(last_status AS TEXT), last_outcome)")} || iif(count(last_status) < count(*), '"none"', ''),
    ${valuesOf("last_target")}, ${traitsIn}
  FROM deliveries WHERE id BETWEEN ? AND ?`;
