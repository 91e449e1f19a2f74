import { AppError } from "../core/errors.ts";
import type { Database } from "./sqlite.ts";

/**
 * Forward only, numbered by position, never edited once released. Lean rows stay apart from payloads: a scan
 * of a million deliveries takes 77 ms over lean rows, 1,340 ms with bodies inside.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    http_version TEXT NOT NULL,
    peer TEXT,
    provider TEXT,
    event TEXT,
    event_name TEXT,
    job TEXT,
    dedupe_key TEXT,
    verdict TEXT NOT NULL,
    reason TEXT,
    bytes INTEGER NOT NULL,
    digest TEXT NOT NULL,
    duplicate_of INTEGER,
    refusal TEXT,
    owed INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_outcome TEXT,
    last_status INTEGER,
    last_ms REAL,
    last_target TEXT
  ) STRICT;
  CREATE INDEX deliveries_owed ON deliveries (id) WHERE owed = 1;
  CREATE INDEX deliveries_dedupe ON deliveries (provider, dedupe_key) WHERE dedupe_key IS NOT NULL;
  CREATE INDEX deliveries_job ON deliveries (job) WHERE job IS NOT NULL;

  -- headers: a JSON array of [name, value]. body: null where body_file names a file in bodies/.
  CREATE TABLE payloads (
    delivery INTEGER PRIMARY KEY,
    headers TEXT NOT NULL,
    explanation TEXT NOT NULL,
    body BLOB,
    body_file TEXT
  ) STRICT;
  CREATE INDEX payloads_file ON payloads (body_file) WHERE body_file IS NOT NULL;

  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery INTEGER NOT NULL,
    number INTEGER NOT NULL,
    trigger TEXT NOT NULL,
    target TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    problem TEXT,
    status INTEGER,
    ms REAL NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX attempts_of ON attempts (delivery, number);

  -- changes: what forwarding changed, as JSON. status_text to bytes: null where there was no answer.
  CREATE TABLE exchanges (
    attempt INTEGER PRIMARY KEY,
    changes TEXT NOT NULL,
    status_text TEXT,
    headers TEXT,
    body BLOB,
    bytes INTEGER
  ) STRICT;

  -- What is remembered from one run to the next: the tunnel's name in each project, the last target.
  CREATE TABLE memory (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- settled_by: the delivery of the same event that a handler has taken.
  ALTER TABLE deliveries ADD COLUMN settled_by INTEGER;
  -- promised_to: the target of a delivery whose sender was answered before any handler was.
  ALTER TABLE deliveries ADD COLUMN promised_to TEXT;
  -- given_up: still owed, but handed to no handler again unless a person asks.
  ALTER TABLE deliveries ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX deliveries_promised ON deliveries (promised_to, id) WHERE owed = 1 AND promised_to IS NOT NULL;
  CREATE INDEX deliveries_owed_job ON deliveries (job, id) WHERE owed = 1 AND job IS NOT NULL;
  `,
  `
  -- What the deliveries of a span of numbers have among them (spans.ts), so that a search can leave spans out.
  CREATE TABLE spans (
    id INTEGER PRIMARY KEY,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  -- numbers: of a value that few have, a JSON array of whose it is.
  CREATE TABLE span_values (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    span INTEGER NOT NULL,
    numbers TEXT,
    PRIMARY KEY (kind, value, span)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX span_values_of ON span_values (span);
  -- What is no longer true is forgotten with the change itself; until the span is made anew, it is looked through.
  CREATE TRIGGER spans_change AFTER UPDATE OF provider, event, event_name, verdict, reason, duplicate_of, refusal,
    attempts, last_outcome, last_status, last_target ON deliveries
  BEGIN DELETE FROM spans WHERE id = new.id >> 8; END;
  `,
  `
  -- client_address: who sent it, as the tunnel says. withheld: a JSON array of names; null where nothing was.
  ALTER TABLE payloads ADD COLUMN client_address TEXT;
  ALTER TABLE payloads ADD COLUMN withheld TEXT;
  `,
  `
  -- Jobs and keys come in no order, so that each index on them costs every delivery a page of its own: one for both.
  DROP INDEX deliveries_job;
  DROP INDEX deliveries_dedupe;
  CREATE INDEX deliveries_job ON deliveries (job, dedupe_key) WHERE job IS NOT NULL;
  CREATE INDEX deliveries_dedupe ON deliveries (dedupe_key) WHERE job IS NULL AND dedupe_key IS NOT NULL;
  CREATE INDEX deliveries_owed_dedupe ON deliveries (dedupe_key)
    WHERE owed = 1 AND job IS NULL AND dedupe_key IS NOT NULL;
  `,
  `
  -- filed: in the indexes on jobs and keys, which are made in the background (events.ts) for what is numbered up to
  -- filing.newest.
  ALTER TABLE deliveries ADD COLUMN filed INTEGER NOT NULL DEFAULT 0;
  DROP INDEX deliveries_job;
  DROP INDEX deliveries_dedupe;
  CREATE INDEX deliveries_job ON deliveries (job, dedupe_key) WHERE job IS NOT NULL AND filed = 1;
  CREATE INDEX deliveries_dedupe ON deliveries (dedupe_key)
    WHERE job IS NULL AND dedupe_key IS NOT NULL AND filed = 1;
  CREATE TABLE filing (newest INTEGER NOT NULL) STRICT;
  INSERT INTO filing VALUES (0);
  `,
  `
  -- body_at: where the body begins in its file, which others may share; null where the file is all its own.
  ALTER TABLE payloads ADD COLUMN body_at INTEGER;
  `,
];

/**
 * Brings the database to this version. Which one it has is asked of SQLite and not of the file: on POSIX, closing a
 * file takes away all locks that the process has on it, those of SQLite's connections too.
 *
 * @see https://sqlite.org/howtocorrupt.html, section 2.2
 * @throws {AppError} E_NEWER_DATA
 */
export function migrate(database: Database): void {
  const found = version(database);
  if (found === migrations.length) return;
  refuseVersion(database.file, found);
  database.transaction(() => {
    // Another process may have been here since.
    const from = version(database);
    refuseVersion(database.file, from);
    for (const migration of migrations.slice(from)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function version(database: Database): number {
  return Number(database.statement("PRAGMA user_version").get()?.user_version);
}

function refuseVersion(file: string, found: number): void {
  if (found <= migrations.length) return;
  throw new AppError(
    `${file} was made by a newer hookspool (data version ${found}, this one knows ${migrations.length})`,
    {
      code: "E_NEWER_DATA",
      fault: "environment",
      hint: "Update hookspool, or name another data directory with --dir.",
    },
  );
}
