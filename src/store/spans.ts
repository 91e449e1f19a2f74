/**
 * Spans: of each 256 numbers, which values their deliveries have, and which deliveries have the rare ones. A search
 * reads what may match and leaves out the rest, which does what an index on every column would, and costs a commit
 * nothing: spans are made in the background, once their deliveries have settled. (Measured: six plain indexes take
 * 15 % of the commits at concurrency 1 and 27 % at 32.) A span that is missing, or that a later change has forgotten,
 * is looked through.
 */
import { type Condition, folded, type TextField, traits } from "../core/condition.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import { satisfies } from "../inspect/satisfies.ts";
import { toSummary } from "./rows.ts";
import type { Database } from "./sqlite.ts";

/** Deliveries of a span: those whose number has the same leading bits. The trigger of migration 3 says it, too. */
const SPAN_BITS = 8;
export const SPAN = 1 << SPAN_BITS;

/** The newest spans are left open: their deliveries are still being handled. */
const OPEN_SPANS = 2;

/** With more different values of one kind than this, a span has {@link ANY} of it. */
const MOST_VALUES = 24;

/** Stands for values that are not written down: any may be among them. */
const ANY = "\0";

/** Of a value that no more deliveries of a span have than this, the numbers are written down. */
const MOST_NUMBERS = 4;

/** Spans that are considered together. */
const WINDOW = 512;

/** More different values than this are not compared one by one. */
const MOST_COMPARED = 1_000;

/** The numbers from `bottom` to `top`, both included. */
export interface Range {
  readonly top: number;
  readonly bottom: number;
}

/** What has to be looked at: of a range all, or only these numbers. */
export interface Stretch extends Range {
  readonly ids?: readonly number[];
}

/** The parts of a range, newest first, that may have what is asked for; at most `most` numbers to a part. */
export function* stretches(
  database: Database,
  { range, condition, most }: { range: Range; condition: Condition; most: number },
): Generator<Stretch> {
  const valuesAsked = new Map<Condition, readonly string[] | undefined>();
  for (let { top } = range; top >= range.bottom; ) {
    const bottom = Math.max(range.bottom, ((top >> SPAN_BITS) - WINDOW + 1) << SPAN_BITS);
    const window = { top: top >> SPAN_BITS, bottom: bottom >> SPAN_BITS };
    yield* joined(candidates(database, window, condition, valuesAsked), { top, bottom }, most);
    top = bottom - 1;
  }
}

/** `null`: all of a span's deliveries. */
type Numbers = readonly number[] | null;

/** What may match, by span; `undefined`: everything may. */
type Candidates = ReadonlyMap<number, Numbers> | undefined;

/** What is to be looked at in each span of a window; a span that is not in it is left out. */
function candidates(
  database: Database,
  window: Range,
  condition: Condition,
  valuesAsked: Map<Condition, readonly string[] | undefined>,
): Candidates {
  const may = of(condition);
  if (!may) return undefined;
  const row = database
    .statement("SELECT json_group_array(id) AS ids FROM spans WHERE id BETWEEN ? AND ?")
    .get(window.bottom, window.top);
  const made = new Set(JSON.parse(String(row?.ids)) as number[]);
  const all = new Map<number, Numbers>();
  for (let span = window.top; span >= window.bottom; span -= 1) {
    const numbers = made.has(span) ? may.get(span) : null;
    if (numbers !== undefined) all.set(span, numbers);
  }
  return all;

  function of(condition: Condition): Candidates {
    switch (condition.is) {
      case "all":
        return condition.of.map(of).reduce(inBoth, undefined);
      case "any":
        return condition.of.length === 0 ? new Map() : condition.of.map(of).reduce(inEither);
      case "received":
        return new Map(
          database
            .statement("SELECT id FROM spans WHERE id BETWEEN ? AND ? AND until >= ? AND since < ?")
            .all(window.bottom, window.top, condition.since, condition.until)
            .map(({ id }) => [id as number, null]),
        );
      case "not":
      case "number-contains":
        return undefined;
      default: {
        if (!valuesAsked.has(condition)) valuesAsked.set(condition, matchingValues(database, condition));
        const values = valuesAsked.get(condition);
        return values && withValues(database, window, kindOf(condition), values);
      }
    }
  }
}

function inBoth(a: Candidates, b: Candidates): Candidates {
  if (!a || !b) return a ?? b;
  const both = new Map<number, Numbers>();
  for (const [span, numbers] of a) {
    const others = b.get(span);
    if (others === undefined) continue;
    if (numbers === null || others === null) both.set(span, numbers ?? others);
    else
      both.set(
        span,
        numbers.filter((id) => others.includes(id)),
      );
  }
  return both;
}

function inEither(a: Candidates, b: Candidates): Candidates {
  if (!a || !b) return undefined;
  const either = new Map(a);
  for (const [span, numbers] of b) {
    const others = either.get(span);
    if (others === undefined) either.set(span, numbers);
    else either.set(span, numbers && others && [...numbers, ...others]);
  }
  return either;
}

/** What is asked of one value. */
type ValueCondition = Exclude<
  Condition,
  { readonly is: "all" | "any" | "not" | "received" | "number-contains" }
>;

type Kind = TextField | "verdict" | "answer" | "trait";

function kindOf(condition: ValueCondition): Kind {
  switch (condition.is) {
    case "text":
      return condition.field;
    case "status":
    case "outcome":
    case "no-status":
      return "answer";
    default:
      return condition.is;
  }
}

/** The values that a span is asked for; `undefined` where a span cannot say. */
function matchingValues(database: Database, condition: ValueCondition): readonly string[] | undefined {
  switch (condition.is) {
    case "verdict":
      return [condition.of, ANY];
    case "no-status":
      return [NO_STATUS, ANY];
    case "trait":
      // Who is owed what has an index of its own.
      return condition.of === "owed" ? undefined : [condition.of];
    case "text":
      if (condition.field === "job") return undefined;
      if (condition.how === "equals") return [condition.text, ANY];
  }
  const known = valuesOf(database, kindOf(condition));
  const text = condition.is === "text" ? condition.text : condition.begins;
  const contains = condition.is === "text" && condition.how === "contains";
  return known?.filter(
    (value) => value === ANY || (contains ? value.includes(text) : value.startsWith(text)),
  );
}

/** The different values of a kind, each found with one step into the table; `undefined` if there are very many. */
function valuesOf(database: Database, kind: Kind): readonly string[] | undefined {
  const rows = database
    .statement(
      `WITH RECURSIVE known(value) AS (
         SELECT min(value) FROM span_values WHERE kind = ?1
         UNION ALL
         SELECT (SELECT min(value) FROM span_values WHERE kind = ?1 AND value > known.value) FROM known
         WHERE known.value IS NOT NULL)
       SELECT value FROM known WHERE value IS NOT NULL LIMIT ?2`,
    )
    .all(kind, MOST_COMPARED);
  return rows.length < MOST_COMPARED ? rows.map(({ value }) => value as string) : undefined;
}

function withValues(database: Database, window: Range, kind: Kind, values: readonly string[]): Candidates {
  const statement = database.statement(
    "SELECT span, numbers FROM span_values WHERE kind = ? AND value = ? AND span BETWEEN ? AND ?",
  );
  return values
    .map(
      (value): Candidates =>
        new Map(
          statement
            .all(kind, value, window.bottom, window.top)
            .map(({ span, numbers }) => [
              span as number,
              numbers === null ? null : (JSON.parse(numbers as string) as number[]),
            ]),
        ),
    )
    .reduce(inEither, new Map());
}

/** Neighbours together. */
function* joined(candidates: Candidates, { top, bottom }: Range, most: number): Generator<Stretch> {
  let ids: number[] = [];
  let whole: Range | undefined;
  for (let span = top >> SPAN_BITS; span >= bottom >> SPAN_BITS; span -= 1) {
    const numbers = candidates ? candidates.get(span) : null;
    if (numbers === undefined) continue;
    const part = {
      top: Math.min(top, ((span + 1) << SPAN_BITS) - 1),
      bottom: Math.max(bottom, span << SPAN_BITS),
    };
    if (numbers) {
      if (whole) yield whole;
      whole = undefined;
      ids.push(...numbers.filter((id) => id <= top && id >= bottom));
      continue;
    }
    if (ids.length > 0) yield stretchOf(ids);
    ids = [];
    if (whole && whole.bottom === part.top + 1 && whole.top - part.bottom < most)
      whole = { top: whole.top, bottom: part.bottom };
    else {
      if (whole) yield whole;
      whole = part;
    }
  }
  if (whole) yield whole;
  if (ids.length > 0) yield stretchOf(ids);
}

const stretchOf = (ids: readonly number[]): Stretch => ({
  ids,
  top: Math.max(...ids),
  bottom: Math.min(...ids),
});

const NO_STATUS = "none";

/** The values that one delivery has. */
function* valuesIn(delivery: DeliverySummary): Generator<readonly [Kind, string]> {
  const texts: Readonly<Record<Exclude<TextField, "job">, string | null>> = {
    method: delivery.method,
    path: delivery.path,
    provider: delivery.provider,
    event: delivery.event,
    eventName: delivery.eventName,
    target: delivery.lastTarget,
  };
  for (const [kind, text] of Object.entries(texts)) if (text !== null) yield [kind as Kind, folded(text)];
  yield ["verdict", delivery.verdict];
  if (delivery.reason !== null) yield ["verdict", delivery.reason];
  if (delivery.lastStatus === null) yield ["answer", NO_STATUS];
  const answer = delivery.lastStatus?.toString() ?? delivery.lastOutcome;
  if (answer !== null) yield ["answer", answer];
  for (const trait of traits)
    if (trait !== "owed" && satisfies(delivery, { is: "trait", of: trait })) yield ["trait", trait];
}

/**
 * Makes spans that are missing and whose deliveries have settled, oldest first, each in a transaction of its own
 * (about a ms), until there are none or `enough` says so. Whether there are more.
 */
export function makeSpans(database: Database, enough: () => boolean): boolean {
  const outlived = `< (SELECT min(id) FROM deliveries) >> ${SPAN_BITS}`;
  if (database.statement(`SELECT 1 FROM spans WHERE id ${outlived} LIMIT 1`).get())
    database.transaction(() => {
      database.statement(`DELETE FROM span_values WHERE span ${outlived}`).run();
      database.statement(`DELETE FROM spans WHERE id ${outlived}`).run();
    });
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
      database.transaction(() => makeSpan(database, span));
    }
  return false;
}

function makeSpan(database: Database, span: number): void {
  const deliveries = database
    .statement("SELECT * FROM deliveries WHERE id >> ? = ? AND id BETWEEN ? AND ? ORDER BY id DESC")
    .all(SPAN_BITS, span, span << SPAN_BITS, ((span + 1) << SPAN_BITS) - 1)
    .map(toSummary);
  const numbersOf = new Map<Kind, Map<string, number[]>>();
  for (const delivery of deliveries)
    for (const [kind, value] of valuesIn(delivery)) {
      const values = numbersOf.get(kind) ?? new Map<string, number[]>();
      numbersOf.set(kind, values);
      const numbers = values.get(value) ?? [];
      values.set(value, numbers);
      numbers.push(delivery.id);
    }
  database.statement("DELETE FROM span_values WHERE span = ?").run(span);
  const insert = database.statement(
    "INSERT INTO span_values (kind, value, span, numbers) VALUES (?, ?, ?, ?)",
  );
  for (const [kind, values] of numbersOf)
    if (values.size > MOST_VALUES) insert.run(kind, ANY, span, null);
    else
      for (const [value, numbers] of values)
        insert.run(kind, value, span, numbers.length > MOST_NUMBERS ? null : JSON.stringify(numbers));
  const times = deliveries.map(({ receivedAt }) => receivedAt);
  // A span that has been emptied has nothing.
  database
    .statement("INSERT OR REPLACE INTO spans (id, since, until) VALUES (?, ?, ?)")
    .run(span, Math.min(...times, Number.MAX_SAFE_INTEGER), Math.max(...times, -1));
}
