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
      // SQLite's lower() and instr() know ASCII letters only, as `folded` does.
      const column = `lower(${columns[field]})`;
      const sql = {
        equals: `${column} = ?`,
        begins: `instr(${column}, ?) = 1`,
        contains: `instr(${column}, ?) > 0`,
      };
      return leaf(sql[how], text);
    }
    case "number-contains":
      return leaf("instr('#' || id, ?) > 0", condition.text);
    case "verdict":
      return leaf("verdict = ? OR reason IS ?", condition.of, condition.of);
    case "status":
      return leaf("instr(CAST(last_status AS TEXT), ?) = 1", condition.begins);
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

const columns = {
  method: "method",
  path: "path",
  provider: "provider",
  event: "event",
  eventName: "event_name",
  job: "job",
  target: "last_target",
} as const;

export const traitSql: Readonly<Record<Trait, string>> = {
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
