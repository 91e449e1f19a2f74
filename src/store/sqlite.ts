/**
 * The one place that knows `node:sqlite`: opening, pragmas, transactions. Everything above speaks SQL through
 * `Database`.
 */
import { closeSync, existsSync, openSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { systemCode } from "../core/errors.ts";

export type Statement = StatementSync;

export interface Database {
  readonly file: string;
  /** Prepared once for each text. */
  statement(sql: string): Statement;
  exec(sql: string): void;
  /** Runs `work` in one write transaction; an exception rolls it back. */
  transaction<T>(work: () => T): T;
  /**
   * Moves what the write-ahead log holds into the database file, as far as no reader needs it; says whether that
   * was all of it.
   */
  checkpoint(mode?: CheckpointMode): boolean;
  /** Gives up to this many free pages back to the disk, where the file was made for that; whether there are more. */
  shrink(pages: number): boolean;
  /** Of the file, without the pages that are free. */
  usedBytes(): number;
  /** Of the pages that are free. */
  freeBytes(): number;
  /** Changes with every commit of another connection. */
  version(): number;
  close(): void;
}

/** `PASSIVE` waits for nobody; `RESTART` waits for readers and writers, so that the log begins anew. */
export type CheckpointMode = "PASSIVE" | "RESTART";

interface OpenOptions {
  /** Whether commits move the log into the database by themselves, or a background thread does. */
  readonly checkpoints: "automatic" | "elsewhere";
  /** Whether all processes write in turns, under a lock. Where this SQLite needs it, unless said otherwise. */
  readonly takeTurns?: boolean;
  /** For a new file: pages that become free can be given back to the disk piece by piece. */
  readonly givesSpaceBack?: boolean;
}

/** Two processes or threads write in turns; one waits this long for its turn. */
const BUSY_MS = 10_000;

/** The value of `auto_vacuum` that lets a file be shrunk piece by piece. */
const INCREMENTAL = 2;

/** Jobs come in no order: their index is touched everywhere, and is read again where the cache does not hold it. */
const BUSY_WRITER_CACHE_KIB = 32 * 1024;

/** Most of a write-ahead log that is kept on disk after a checkpoint. */
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Opens or creates the database, in WAL mode with 8 KiB pages (measured: 1.35 times the inserts of 4 KiB).
 * `synchronous=NORMAL` leaves the sync of a commit to the writer, which does it once for a whole group and off
 * the event loop (`log-sync.ts`).
 *
 * @throws whatever SQLite says: no database, disk full, locked away.
 */
export function openDatabase(
  file: string,
  { checkpoints, takeTurns, givesSpaceBack = false }: OpenOptions,
): Database {
  const { DatabaseSync } = loadSqlite();
  // SQLite gives the -wal and -shm files the permissions of the database file.
  if (!existsSync(file)) makeFile(file);
  const connection = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: false });
  connection.exec(`
    PRAGMA page_size = 8192;
    ${givesSpaceBack ? "PRAGMA auto_vacuum = INCREMENTAL;" : ""}
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES};
    PRAGMA wal_autocheckpoint = ${checkpoints === "automatic" ? 1000 : 0};
    ${checkpoints === "elsewhere" ? `PRAGMA cache_size = -${BUSY_WRITER_CACHE_KIB};` : ""}
  `);
  const exclusively =
    (takeTurns ?? hasCheckpointRace(sqliteVersion(connection))) ? turnTaker(DatabaseSync, file) : undefined;
  const statements = new Map<string, Statement>();

  const pragma = (name: string) => Number(database.statement(`PRAGMA ${name}`).get()?.[name]);
  const database: Database = {
    file,
    statement(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const statement = connection.prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
    exec(sql) {
      const run = () => connection.exec(sql);
      exclusively ? exclusively.run(run) : run();
    },
    transaction(work) {
      const run = () => {
        connection.exec("BEGIN IMMEDIATE");
        try {
          const result = work();
          connection.exec("COMMIT");
          return result;
        } catch (error) {
          if (connection.isTransaction) connection.exec("ROLLBACK");
          throw error;
        }
      };
      return exclusively ? exclusively.run(run) : run();
    },
    checkpoint(mode = "PASSIVE") {
      const run = () => connection.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
      const moved = exclusively ? exclusively.run(run) : run();
      return moved?.busy === 0 && moved.log === moved.checkpointed;
    },
    shrink(pages) {
      if (pragma("auto_vacuum") !== INCREMENTAL) return false;
      this.exec(`PRAGMA incremental_vacuum(${pages})`);
      return pragma("freelist_count") > 0;
    },
    usedBytes: () => (pragma("page_count") - pragma("freelist_count")) * pragma("page_size"),
    freeBytes: () => pragma("freelist_count") * pragma("page_size"),
    version: () => pragma("data_version"),
    close() {
      connection.close();
      exclusively?.close();
    },
  };
  return database;
}

/** To close a file that another connection has open would take its locks away: only what is new is opened. */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, "ax", 0o600));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** Whether what failed may well succeed later with nothing changed: the disk is full, or not itself. */
export function mayPass(error: unknown): boolean {
  if (systemCode(error) === "EIO") return true;
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
  return passingCodes.has(code);
}

/** SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL and CANTOPEN: https://sqlite.org/rescode.html */
const passingCodes = new Set([5, 6, 8, 10, 13, 14]);

/**
 * Until 3.51.3, two connections that write and checkpoint at the same instant could corrupt the database.
 *
 * @see https://sqlite.org/releaselog/3_51_3.html
 */
export function hasCheckpointRace(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return major < 3 || (major === 3 && (minor < 51 || (minor === 51 && patch < 3)));
}

/** The version of SQLite that this Node carries. */
export function bundledSqliteVersion(): string {
  const connection = new (loadSqlite().DatabaseSync)(":memory:");
  try {
    return sqliteVersion(connection);
  } finally {
    connection.close();
  }
}

function sqliteVersion(connection: DatabaseSync): string {
  return String(connection.prepare("SELECT sqlite_version() AS version").get()?.version);
}

/** A lock over all processes, made of the one thing both have: an empty database that one holds exclusively. */
function turnTaker(Sqlite: typeof DatabaseSync, file: string) {
  const lock = new Sqlite(`${file}.lock`, { timeout: BUSY_MS });
  let depth = 0;
  return {
    run<T>(work: () => T): T {
      if (depth > 0) return work();
      lock.exec("BEGIN EXCLUSIVE");
      depth += 1;
      try {
        return work();
      } finally {
        depth -= 1;
        lock.exec("COMMIT");
      }
    },
    close: () => lock.close(),
  };
}

/**
 * A lock over all processes and threads on an empty database, taken without waiting: `undefined` where it is
 * another's. The system releases what a process leaves when it is killed.
 */
export function tryLock(file: string, kind: "exclusive" | "shared"): { release(): void } | undefined {
  const lock = new (loadSqlite().DatabaseSync)(file, { timeout: 0 });
  try {
    lock.exec(kind === "exclusive" ? "BEGIN EXCLUSIVE" : "BEGIN; SELECT 1 FROM sqlite_schema");
    return { release: () => lock.close() };
  } catch (error) {
    lock.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return undefined;
    throw error;
  }
}

/** Node 22 warns on loading that SQLite is experimental; that is our decision, not the person's concern. */
function loadSqlite(): typeof import("node:sqlite") {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
