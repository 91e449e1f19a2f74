import type { OwedDelivery, OwedReader, OwedScope } from "../core/ports.ts";
import type { Database } from "./sqlite.ts";

/** Where one goes: where it went last, else where its sender was told it would. */
const target = (row: string) => `coalesce(${row}.last_target, ${row}.promised_to)`;

export function createOwedReader(database: Database): OwedReader {
  return {
    heads(scope, after, limit) {
      const earlier = conditions("earlier", scope);
      const own = conditions("delivery", scope);
      return database
        .statement(
          `SELECT ${columns} FROM deliveries AS delivery
           WHERE ${own.sql} AND delivery.id > ? AND NOT EXISTS (
             SELECT 1 FROM deliveries AS earlier
             WHERE ${earlier.sql} AND earlier.job = delivery.job AND earlier.provider IS delivery.provider
               AND earlier.id < delivery.id)
           ORDER BY delivery.id LIMIT ?`,
        )
        .all(...own.values, after, ...earlier.values, limit)
        .map(toOwed);
    },
    head(scope, { provider, job }) {
      const { sql, values } = conditions("delivery", scope);
      const row = database
        .statement(
          `SELECT ${columns} FROM deliveries AS delivery
           WHERE ${sql} AND delivery.job = ? AND delivery.provider IS ? ORDER BY delivery.id LIMIT 1`,
        )
        .get(...values, job, provider);
      return row && toOwed(row);
    },
    count(scope) {
      const { sql, values } = conditions("delivery", scope);
      const row = database
        .statement(`SELECT count(*) AS count FROM deliveries AS delivery WHERE ${sql}`)
        .get(...values);
      return Number(row?.count);
    },
    targets(scope) {
      const { sql, values } = conditions("delivery", scope);
      return database
        .statement(
          `SELECT DISTINCT ${target("delivery")} AS target FROM deliveries AS delivery WHERE ${sql} ORDER BY 1`,
        )
        .all(...values)
        .map((row) => row.target as string | null);
    },
  };
}

const columns = ["id", "received_at", "provider", "job", "attempts"]
  .map((name) => `delivery.${name}`)
  .join(", ");

/** What was too large to be kept is no one's to deliver; it is never owed. */
function conditions(row: string, scope: OwedScope): { sql: string; values: (string | number | null)[] } {
  const parts = [`${row}.owed = 1`];
  const values: (string | number | null)[] = [];
  if (scope.promisedTo !== undefined) {
    parts.push(`${row}.promised_to = ?`, `${row}.given_up = 0`);
    values.push(scope.promisedTo);
  }
  if (scope.target !== undefined) {
    parts.push(`coalesce(${target(row)}, ?) IS ?`);
    values.push(scope.defaultTarget ?? null, scope.target);
  }
  if (scope.untriedBefore !== undefined) {
    parts.push(`(${row}.attempts > 0 OR ${row}.promised_to IS NOT NULL OR ${row}.received_at < ?)`);
    values.push(scope.untriedBefore);
  }
  if (scope.upTo !== undefined) {
    parts.push(`${row}.id <= ?`);
    values.push(scope.upTo);
  }
  if (scope.notPromisedTo !== undefined) {
    parts.push(
      `(${row}.given_up = 1 OR coalesce(${row}.promised_to, '') NOT IN (SELECT value FROM json_each(?)))`,
    );
    values.push(JSON.stringify(scope.notPromisedTo));
  }
  if (scope.among !== undefined) {
    parts.push(`${row}.id IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(scope.among));
  }
  return { sql: parts.join(" AND "), values };
}

function toOwed(row: Record<string, unknown>): OwedDelivery {
  return {
    id: row.id as number,
    receivedAt: row.received_at as number,
    provider: row.provider as string | null,
    job: row.job as string | null,
    attempts: row.attempts as number,
  };
}
