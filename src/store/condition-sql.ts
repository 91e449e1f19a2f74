import type { Condition, Trait } from "../core/condition.ts";

export interface Sql {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Whether a row of `deliveries` is what is asked for, as 0 or 1. `inspect/satisfies.ts` says the same in memory. */
export function rowSql(condition: Condition): Sql {
  switch (condition.is) {
    case "all":
      return joined(condition.of.map(rowSql), "AND");
    case "any":
      return joined(condition.of.map(rowSql), "OR");
    case "not": {
      const { sql, values } = rowSql(condition.of);
      return { sql: `NOT ${sql}`, values };
    }
    case "text": {
      const { field, how, text } = condition;
      const column = columns[field];
      // SQLite's NOCASE and lower() know ASCII letters only, as `folded` does.
      if (how === "equals") return leaf(`${column} = ? COLLATE NOCASE`, text);
      return leaf(`instr(lower(${column}), ?) ${how === "begins" ? "= 1" : "> 0"}`, text);
    }
    case "number-contains":
      return leaf("instr('#' || id, ?) > 0", condition.text);
    case "verdict":
      return leaf("verdict = ? OR reason IS ?", condition.of, condition.of);
    case "status":
      return statusSql(condition.begins);
    case "no-status":
      return leaf("last_status IS NULL");
    case "outcome":
      return leaf("last_status IS NULL AND instr(last_outcome, ?) = 1", condition.begins);
    case "trait":
      return leaf(traitSql[condition.of]);
    case "received":
      return leaf("received_at >= ? AND received_at < ?", condition.since, condition.until);
  }
}

/** A status has three digits. */
function statusSql(begins: string): Sql {
  if (!/^\d{0,3}$/.test(begins)) return leaf("0");
  return leaf("last_status BETWEEN ? AND ?", Number(begins.padEnd(3, "0")), Number(begins.padEnd(3, "9")));
}

const columns = {
  method: "method",
  path: "path",
  provider: "provider",
  event: "event",
  eventName: "event_name",
  job: "job",
  target: "last_target",
} as const;

const traitSql: Readonly<Record<Trait, string>> = {
  failure: `refusal IS NOT NULL OR verdict = 'rejected' OR (last_outcome IS NOT NULL
    AND NOT (last_outcome = 'responded' AND coalesce(last_status BETWEEN 200 AND 299, 0)))`,
  owed: "owed = 1",
  duplicate: "duplicate_of IS NOT NULL",
  forged: "origin = 'forged'",
  imported: "origin = 'imported'",
  captured: "origin = 'captured'",
  refused: "refusal IS NOT NULL",
  replayed: "attempts > 1",
};

/** What is NULL is no match, also where it is turned round. */
function leaf(sql: string, ...values: readonly (string | number)[]): Sql {
  return { sql: `coalesce((${sql}), 0)`, values };
}

export function joined(parts: readonly Sql[], word: "AND" | "OR"): Sql {
  if (parts.length === 0) return { sql: word === "AND" ? "1" : "0", values: [] };
  return {
    sql: `(${parts.map(({ sql }) => sql).join(` ${word} `)})`,
    values: parts.flatMap(({ values }) => values),
  };
}
