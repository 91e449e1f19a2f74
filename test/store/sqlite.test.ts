import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bundledSqliteVersion, hasCheckpointRace, openDatabase } from "../../src/store/sqlite.ts";
import { temporaryFolder } from "../support/cleanup.ts";

test.each([
  ["3.45.1", true],
  ["3.50.4", true],
  ["3.51.0", true],
  ["3.51.2", true],
  ["3.51.3", false],
  ["3.51.10", false],
  ["3.52.0", false],
  ["4.0.0", false],
])("SQLite %s may corrupt a database that two write and checkpoint: %s", (version, expected) =>
  expect(hasCheckpointRace(version)).toBe(expected),
);

test("this Node says which SQLite it carries", () => expect(bundledSqliteVersion()).toMatch(/^3\.\d+\.\d+$/));

test("processes that write and checkpoint in turns lose nothing, where SQLite needs it", async () => {
  const file = join(temporaryFolder(), "hookspool.db");
  const script = fileURLToPath(new URL("../support/write-in-turns.ts", import.meta.url));
  const writers = [1, 2, 3].map(() => spawn(process.execPath, [script, file, "200"], { stdio: "inherit" }));
  const ends = await Promise.all(writers.map((writer) => once(writer, "close")));
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0]);

  const database = openDatabase(file, { checkpoints: "automatic", takeTurns: true });
  const counts = database
    .statement("SELECT count(*) AS n, max(number) AS last FROM rows GROUP BY process")
    .all();
  expect(counts.map(({ n, last }) => [n, last])).toEqual(Array(3).fill([200, 200]));
  expect(database.statement("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  expect(existsSync(`${file}.lock`)).toBe(true);
  database.close();
});

test("a turn within a turn is the same turn, and an exception gives it back", () => {
  const file = join(temporaryFolder(), "hookspool.db");
  const [one, two] = [1, 2].map(() => openDatabase(file, { checkpoints: "automatic", takeTurns: true }));
  if (!one || !two) throw new Error("no databases");
  one.exec("CREATE TABLE rows (number INTEGER)");
  const insert = (database: typeof one) => database.exec("INSERT INTO rows VALUES (1)");
  expect(() =>
    one.transaction(() => {
      insert(one);
      throw new Error("no");
    }),
  ).toThrow("no");
  insert(two);
  one.transaction(() => insert(one));
  expect(two.statement("SELECT count(*) AS n FROM rows").get()).toEqual({ n: 2 });
  one.close();
  two.close();
});
