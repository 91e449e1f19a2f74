import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError, systemCode } from "../core/errors.ts";
import type { DeliveryReader, OwedReader } from "../core/ports.ts";
import { bodyFolder, removeOrphans } from "./bodies.ts";
import { forget, type PruneRules, prune } from "./forget.ts";
import { indexTexts } from "./index-texts.ts";
import { type LogSync, syncFolder, syncLogOf } from "./log-sync.ts";
import { migrate, refuseNewer } from "./migrations.ts";
import { createOwedReader } from "./owed.ts";
import { createReader } from "./reader.ts";
import { makeSearchIndex, openSearchIndex, type SearchIndex } from "./search-index.ts";
import { makeSpans } from "./spans.ts";
import { type CheckpointMode, type Database, openDatabase } from "./sqlite.ts";
import { createWriter, type GroupWriter } from "./writer.ts";

/** A data directory, open. Any number of processes may have it open at once. */
export interface Store {
  readonly reader: DeliveryReader;
  readonly writer: GroupWriter;
  readonly owed: OwedReader;
  /** What was given up for this target is to be tried again, once at least. */
  reconsider(promisedTo: string): void;
  forget(ids: readonly number[]): number;
  prune(rules: PruneRules): number;
  /** Gives the space of what was forgotten back to the disk. */
  compact(): void;
  /** Makes what searches leave out by, until all is made or `enough` says so; whether there is more to make. */
  makeSpans(enough: () => boolean): boolean;
  /** Puts a batch of deliveries up to this number into the full-text index; whether there may be more. */
  indexTexts(upTo: number): boolean;
  checkpoint(mode?: CheckpointMode): void;
  /** Length of the write-ahead log in bytes. */
  logSize(): number;
  /** Deletes body files that no delivery names; says how many. */
  removeOrphans(now: number): Promise<number>;
  recall(key: string): string | undefined;
  remember(key: string, value: string): void;
  /** What is remembered under keys that begin so. */
  recallAll(prefix: string): { readonly key: string; readonly value: string }[];
  unremember(key: string): void;
  /** SQLite's own check; `ok` where all is well. */
  integrity(): string;
  close(): Promise<void>;
}

interface StoreOptions {
  /** `elsewhere` where a background thread checkpoints. */
  readonly checkpoints?: "automatic" | "elsewhere";
}

export const databaseFile = (directory: string) => join(directory, "hookspool.db");

/**
 * Opens a data directory, making it where there is none.
 *
 * @throws {AppError} E_NEWER_DATA, E_DATA_DIRECTORY
 */
export function openStore(directory: string, { checkpoints = "automatic" }: StoreOptions = {}): Store {
  return wrapped(directory, () => {
    makeFolder(directory);
    const file = databaseFile(directory);
    refuseNewer(file);
    const database = openDatabase(file, { checkpoints });
    try {
      migrate(database);
      // So that the names of the database and its log outlive a power failure.
      syncFolder(directory);
      return storeOver(database, directory);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function storeOver(database: Database, directory: string): Store {
  const bodies = bodyFolder(directory);
  let log: LogSync | undefined;
  let writer: GroupWriter | undefined;
  let opened: SearchIndex | undefined;
  // Opened when it is first needed, and looked for again until it is there: most commands never search.
  const index = () => (opened ??= openSearchIndex(directory));
  return {
    reader: createReader({ database, bodyFolder: bodies, index }),
    owed: createOwedReader(database),
    reconsider: (promisedTo) => {
      database.transaction(() =>
        database
          .statement("UPDATE deliveries SET given_up = 0 WHERE owed = 1 AND promised_to = ? AND given_up = 1")
          .run(promisedTo),
      );
    },
    // A command that only reads opens no log.
    get writer() {
      log ??= syncLogOf(database.file);
      writer ??= createWriter(database, log, bodies);
      return writer;
    },
    forget: (ids) => forget(database, bodies, ids),
    prune: (rules) => prune(database, bodies, rules),
    compact: () => database.exec("VACUUM"),
    makeSpans: (enough) => makeSpans(database, enough),
    indexTexts(upTo) {
      opened ??= makeSearchIndex(directory);
      return opened !== undefined && indexTexts({ database, bodyFolder: bodies, index: opened, upTo });
    },
    checkpoint: (mode) => database.checkpoint(mode),
    logSize: () => statSync(`${database.file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    removeOrphans: (now) => {
      const named = database.statement("SELECT 1 FROM payloads WHERE body_file = ?");
      return removeOrphans(bodies, (file) => named.get(file) !== undefined, now);
    },
    recall: (key) =>
      database.statement("SELECT value FROM memory WHERE key = ?").get(key)?.value as string | undefined,
    remember: (key, value) => {
      database.transaction(() =>
        database.statement("INSERT OR REPLACE INTO memory (key, value) VALUES (?, ?)").run(key, value),
      );
    },
    recallAll: (prefix) =>
      database
        .statement("SELECT key, value FROM memory WHERE substr(key, 1, ?) = ? ORDER BY key")
        .all(prefix.length, prefix)
        .map(({ key, value }) => ({ key: String(key), value: String(value) })),
    unremember: (key) => {
      database.transaction(() => database.statement("DELETE FROM memory WHERE key = ?").run(key));
    },
    integrity: () => String(database.statement("PRAGMA integrity_check").get()?.integrity_check),
    async close() {
      await writer?.close();
      opened?.close();
      database.close();
    },
  };
}

/** Node's own recursive mkdir never returns where a system takes no folder in one that exists (`/proc`). */
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

function wrapped<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw dataDirectoryError(directory, error);
  }
}

/** What went wrong with the data directory, as a sentence a person can act on. */
export function dataDirectoryError(directory: string, error: unknown): AppError {
  const { message, hint } = explain(error);
  return new AppError(`the data directory ${directory} cannot be used: ${message}`, {
    code: "E_DATA_DIRECTORY",
    fault: "environment",
    hint,
    cause: error,
  });
}

const elsewhere = "Name another with --dir or HOOKSPOOL_DIR.";

function explain(error: unknown): { message: string; hint: string } {
  const text = error instanceof Error ? error.message : String(error);
  switch (systemCode(error)) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOENT":
      return { message: "it may not be written to", hint: elsewhere };
    case "ENOTDIR":
    case "EEXIST":
      return { message: "there is a file in its place", hint: elsewhere };
    case "ENOSPC":
      return {
        message: "the disk is full",
        hint: 'Free some space; "hookspool prune --keep 1000" forgets old deliveries.',
      };
  }
  if (/readonly|unable to open/i.test(text)) return { message: "it may not be written to", hint: elsewhere };
  if (/not a database|malformed/i.test(text))
    return {
      message: "its database is damaged or not hookspool's",
      hint: `Move it away and start afresh. ${elsewhere}`,
    };
  if (/locked|busy/i.test(text))
    return {
      message: "another process has had it locked for 10 s",
      hint: 'Run "hookspool doctor" to see more.',
    };
  if (/full/i.test(text))
    return {
      message: "the disk is full",
      hint: 'Free some space; "hookspool prune --keep 1000" forgets old deliveries.',
    };
  return { message: text, hint: elsewhere };
}
