import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError, systemCode } from "../core/errors.ts";
import type { UnfinishedJob } from "../core/notice.ts";
import type { DeliveryReader, OwedReader } from "../core/ports.ts";
import { bodyFolder, removeOrphans } from "./bodies.ts";
import { type Claim, isClaimed, tryClaim } from "./claim.ts";
import type { Sql } from "./condition-sql.ts";
import { syncFolder } from "./disk-sync.ts";
import { fileEvents, unfiled } from "./events.ts";
import { forget, isNamed } from "./forget.ts";
import { indexTexts, sweepIndex } from "./index-texts.ts";
import { type LogSync, syncLogOf } from "./log-sync.ts";
import { migrate } from "./migrations.ts";
import { createOwedReader } from "./owed.ts";
import { choosePruned, type Pruned, type PruneRules, prunable, storedBytes } from "./prune.ts";
import { createReader } from "./reader.ts";
import { isDamage, openSearchIndex, removeSearchIndex, type SearchIndex } from "./search-index.ts";
import { makeSpans } from "./spans.ts";
import { type CheckpointMode, type Database, openDatabase } from "./sqlite.ts";
import { unfinishedJobs } from "./unfinished-jobs.ts";
import { createWriter, type GroupWriter } from "./writer.ts";

/** A data directory, open. Any number of processes may have it open at once. */
export interface Store {
  readonly reader: DeliveryReader;
  readonly writer: GroupWriter;
  readonly owed: OwedReader;
  /** What was given up for this target is to be tried again, once at least. */
  reconsider(promisedTo: string): void;
  forget(ids: readonly number[]): number;
  /** What {@link prune} would do, about. */
  previewPrune(rules: PruneRules): Pruned;
  /** Forgets what the rules let go, in small steps; between two it waits for `rest`, given what a step took in ms. */
  prune(rules: PruneRules, options?: PruneOptions): Promise<Pruned>;
  /** Bytes in the database and in files of bodies, without what is free in the database. */
  storedBytes(): number;
  /** Bytes in the database that new deliveries will fill before it grows. */
  freeBytes(): number;
  /**
   * Gives them back to the disk, by writing the database anew: nobody else can write meanwhile. A file that could be
   * shrunk piece by piece would take 15 % of the deliveries a second (measured).
   */
  compact(): void;
  /** Makes what searches leave out by, until all is made or `enough` says so; whether there is more to make. */
  makeSpans(enough: () => boolean): boolean;
  /** Brings deliveries into the index on jobs and keys, until there are none left or `enough` says so. */
  fileEvents(enough: () => boolean): boolean;
  /** How many are not in it. */
  unfiled(): number;
  /** Puts a batch of deliveries up to this number into the full-text index; whether there may be more. */
  indexTexts(upTo: number): boolean;
  /** Takes out of the full-text index, step by step, what was forgotten without it; whether there is more to do. */
  sweepIndex(): boolean;
  /** Jobs that were heard of through this public URL, and not that they had ended. */
  unfinishedJobs(endpoint: string): UnfinishedJob[];
  checkpoint(mode?: CheckpointMode): void;
  /** Length of the write-ahead log in bytes. */
  logSize(): number;
  /** Deletes body files that no delivery names; says how many. */
  removeOrphans(now: number): Promise<number>;
  recall(key: string): string | undefined;
  remember(key: string, value: string): void;
  /** What is remembered under keys that begin so. */
  recallAll(prefix: string): { readonly key: string; readonly value: string }[];
  /** Only where it is still this value, if one is given. */
  unremember(key: string, value?: string): void;
  /** Another number whenever another thread or process has committed something. */
  version(): number;
  /** Takes a right that one process has at a time; `undefined` where another has it. */
  tryClaim(name: string): Claim | undefined;
  isClaimed(name: string): boolean;
  /** SQLite's own check; `ok` where all is well. */
  integrity(): string;
  close(): Promise<void>;
}

interface PruneOptions {
  readonly rest?: (tookMs: number) => Promise<void>;
  /** Told of what has gone, step by step. */
  readonly onForgotten?: (ids: readonly number[]) => void;
  readonly isStopped?: () => boolean;
}

/** How many deliveries go in one transaction, so that a capturing process never waits long for its turn. */
const CHUNK = 100;

const MOST_ROUNDS = 5;

interface StoreOptions {
  /** `elsewhere` where a background thread checkpoints. */
  readonly checkpoints?: "automatic" | "elsewhere";
  /** Attempts that a full disk does not take are kept in memory until it does; called with the reason. */
  readonly onHeldUp?: ((error: unknown) => void) | undefined;
}

export const databaseFile = (directory: string) => join(directory, "hookspool.db");

/**
 * Opens a data directory, making it where there is none.
 *
 * @throws {AppError} E_NEWER_DATA, E_DATA_DIRECTORY
 */
export function openStore(
  directory: string,
  { checkpoints = "automatic", onHeldUp }: StoreOptions = {},
): Store {
  return wrapped(directory, () => {
    makeFolder(bodyFolder(directory));
    const file = databaseFile(directory);
    const database = openDatabase(file, { checkpoints });
    try {
      migrate(database);
      // So that the names of the database and its log outlive a power failure.
      syncFolder(directory);
      return storeOver(database, directory, onHeldUp);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function storeOver(database: Database, directory: string, onHeldUp: StoreOptions["onHeldUp"]): Store {
  const bodies = bodyFolder(directory);
  let log: LogSync | undefined;
  let writer: GroupWriter | undefined;
  let opened: SearchIndex | undefined;
  let sweptTo = 0;
  // Opened when it is first needed, and looked for again until it is there: most commands never search.
  const forgetAll = (ids: readonly number[], condition?: Sql) => {
    const gone = forget(database, bodies, ids, condition);
    try {
      if (gone.length > 0) index()?.remove(gone);
    } catch {
      // What is gone is found by no search; the next session sweeps it out of the index.
    }
    return gone;
  };
  const index = () => (opened ??= openSearchIndex(directory, { make: false }));
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
      writer ??= createWriter({ database, log, bodyFolder: bodies, onHeldUp });
      return writer;
    },
    forget: (ids) => forgetAll(ids).length,
    previewPrune(rules) {
      const { ids, bytes } = choosePruned(database, rules);
      return { deliveries: ids.length, bytes };
    },
    async prune(rules, { rest = async () => {}, onForgotten = () => {}, isStopped = () => false } = {}) {
      const before = storedBytes(database);
      let deliveries = 0;
      // What one takes is an estimate: after the first time, the rest has to be little.
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const { ids } = choosePruned(database, rules);
        if (ids.length === 0) break;
        for (let at = 0; at < ids.length && !isStopped(); at += CHUNK) {
          const start = performance.now();
          const gone = forgetAll(ids.slice(at, at + CHUNK), prunable(rules));
          deliveries += gone.length;
          onForgotten(gone);
          await rest(performance.now() - start);
        }
      }
      while (index()?.shrink());
      return { deliveries, bytes: Math.max(0, before - storedBytes(database)) };
    },
    storedBytes: () => storedBytes(database),
    freeBytes: () => database.freeBytes(),
    compact: () => database.exec("VACUUM"),
    unfiled: () => unfiled(database),
    fileEvents: (enough) => fileEvents(database, enough),
    makeSpans: (enough) => makeSpans(database, enough),
    indexTexts(upTo) {
      opened ??= openSearchIndex(directory, { make: true });
      if (!opened) return false;
      try {
        return indexTexts({ database, bodyFolder: bodies, index: opened, upTo });
      } catch (error) {
        if (!isDamage(error)) throw error;
        opened.close();
        opened = undefined;
        removeSearchIndex(directory);
        return true;
      }
    },
    sweepIndex() {
      const next = opened && sweepIndex(database, opened, sweptTo);
      sweptTo = next ?? 0;
      return next !== undefined;
    },
    version: () => database.version(),
    unfinishedJobs: (endpoint) => unfinishedJobs(database, endpoint),
    checkpoint: (mode) => void database.checkpoint(mode),
    logSize: () => statSync(`${database.file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    removeOrphans: (now) => removeOrphans(bodies, (file) => isNamed(database, file), now),
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
    unremember: (key, value) => {
      database.transaction(() =>
        database
          .statement("DELETE FROM memory WHERE key = ? AND value = coalesce(?, value)")
          .run(key, value ?? null),
      );
    },
    tryClaim: (name) => tryClaim(directory, name),
    isClaimed: (name) => isClaimed(directory, name),
    integrity: () => String(database.statement("PRAGMA integrity_check").get()?.integrity_check),
    async close() {
      await writer?.close();
      opened?.close();
      database.close();
    },
  };
}

/**
 * Makes a folder and those above it, so that they outlive a power failure. Node's own recursive mkdir never
 * returns where a system takes no folder in one that exists (`/proc`).
 */
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
    syncFolder(parent);
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

/** Whether SQLite says so: a damaged page, a disk that is full. */
export const isStoreError = (error: unknown): boolean => systemCode(error) === "ERR_SQLITE_ERROR";

/** What went wrong with the data directory, as a sentence a person can act on. */
export function dataDirectoryError(directory: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { message, hint, code = "E_DATA_DIRECTORY" } = explain(error);
  return new AppError(`the data directory ${directory} cannot be used: ${message}`, {
    code,
    fault: "environment",
    hint,
    cause: error,
  });
}

const elsewhere = "Name another with --dir or HOOKSPOOL_DIR.";

interface Explanation {
  readonly message: string;
  readonly hint: string;
  readonly code?: "E_DAMAGED_DATA";
}

function explain(error: unknown): Explanation {
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
    case "EMFILE":
    case "ENFILE":
      return {
        message: "too many files are open",
        hint: "It goes on by itself when some are closed; ulimit -n sets how many may be.",
      };
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
      hint: 'End what uses it and run "hookspool doctor --repair": it saves what can be read.',
      code: "E_DAMAGED_DATA",
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
