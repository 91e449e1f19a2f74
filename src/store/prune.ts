import type { OwedScope } from "../core/ports.ts";
import { joined, type Sql } from "./condition-sql.ts";
import type { Database } from "./sqlite.ts";

/** What is kept: a delivery goes where any of these lets it go. Owed ones stay unless forced. */
export interface PruneRules {
  /** Those that arrived before go, ms since the epoch. */
  readonly before?: number | undefined;
  /** All but the newest this many go. */
  readonly keep?: number | undefined;
  /** The oldest go until the rest takes no more than this many bytes: in the database, and in files of bodies. */
  readonly maxBytes?: number | undefined;
  /** Owed ones may go, too. */
  readonly force: boolean;
  /** What runs right now, and stays in any case. */
  readonly inHands?: Pick<OwedScope, "untriedBefore" | "notPromisedTo">;
}

export interface Pruned {
  readonly deliveries: number;
  /** Of the database and of files of bodies. */
  readonly bytes: number;
}

/** What may go at all, by its state and not by its age. */
export function prunable({ force, inHands = {} }: PruneRules): Sql {
  if (!force) return { sql: "owed = 0", values: [] };
  const { untriedBefore, notPromisedTo = [] } = inHands;
  const untried: Sql[] =
    untriedBefore === undefined
      ? []
      : [{ sql: "(attempts = 0 AND received_at >= ?)", values: [untriedBefore] }];
  const promised: Sql = {
    sql: "(given_up = 0 AND coalesce(promised_to, '') IN (SELECT value FROM json_each(?)))",
    values: [JSON.stringify(notPromisedTo)],
  };
  const { sql, values } = joined([...untried, promised], "OR");
  return { sql: `NOT (owed = 1 AND ${sql})`, values };
}

/** The numbers of those that the rules let go, oldest first, and about how many bytes that frees. */
export function choosePruned(database: Database, rules: PruneRules): { ids: number[]; bytes: number } {
  const may = prunable(rules);
  const outlived = joined(outlivedBy(database, rules), "OR");
  const rows = (sql: string, values: Sql["values"]) =>
    database
      .statement(`SELECT id, bytes FROM deliveries WHERE ${sql} ORDER BY id`)
      .iterate(...values) as Iterable<{
      id: number;
      bytes: number;
    }>;

  const ids: number[] = [];
  let freed = 0;
  const share = shareOf(database);
  for (const { id, bytes } of rows(`${may.sql} AND ${outlived.sql}`, [...may.values, ...outlived.values])) {
    ids.push(id);
    freed += share(bytes);
  }
  const excess = storedBytes(database) - (rules.maxBytes ?? Number.POSITIVE_INFINITY);
  if (freed < excess)
    for (const { id, bytes } of rows(`${may.sql} AND NOT ${outlived.sql}`, [
      ...may.values,
      ...outlived.values,
    ])) {
      ids.push(id);
      freed += share(bytes);
      if (freed >= excess) break;
    }
  return { ids: ids.sort((a, b) => a - b), bytes: Math.round(freed) };
}

function outlivedBy(database: Database, { before, keep }: PruneRules): Sql[] {
  const rules: Sql[] = [];
  if (before !== undefined) rules.push({ sql: "received_at < ?", values: [before] });
  if (keep !== undefined) {
    const row = database.statement("SELECT id FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET ?").get(keep);
    if (row) rules.push({ sql: "id <= ?", values: [row.id as number] });
  }
  return rules;
}

/** Bytes in the database and in files of bodies: not what is free in the database, its log and the search index. */
export function storedBytes(database: Database): number {
  return database.usedBytes() + fileBytes(database);
}

/** A file is as long as what is still named in it reaches. */
function fileBytes(database: Database): number {
  const row = database
    .statement(
      `SELECT coalesce(sum(length), 0) AS bytes FROM (
         SELECT max(coalesce(body_at, 0) + bytes) AS length ${inFiles} GROUP BY body_file)`,
    )
    .get();
  return Number(row?.bytes);
}

const inFiles =
  "FROM payloads JOIN deliveries ON deliveries.id = payloads.delivery WHERE body_file IS NOT NULL";

/** What one delivery takes, by the length of its body: with an equal part of all that is not body. */
function shareOf(database: Database): (bytes: number) => number {
  const row = database
    .statement(
      `SELECT count(*) AS count, coalesce(sum(bytes), 0)
         - (SELECT coalesce(sum(bytes), 0) ${inFiles}) AS bytes FROM deliveries`,
    )
    .get();
  const rest = Math.max(0, database.usedBytes() - Number(row?.bytes)) / Math.max(1, Number(row?.count));
  return (bytes) => bytes + rest;
}
