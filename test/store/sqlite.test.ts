import { expect, test } from "vitest";
import { bundledSqliteVersion, hasCheckpointRace } from "../../src/store/sqlite.ts";

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
