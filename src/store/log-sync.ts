import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../core/errors.ts";

/** Makes commits durable: one sync of the write-ahead log for everything committed before it was asked for. */
export interface LogSync {
  /** Has happened when it returns, or when what it returns resolves. */
  sync(): Promise<void> | undefined;
  close(): void;
}

/**
 * Refuses to call durable what went to a log that has been deleted or moved away: nobody would find it. Put back,
 * the log is as good as before.
 *
 * In place where the disk is quick: handing 0.1 ms of waiting to another thread takes longer than that. Off the event
 * loop, in Node's thread pool, where it is not: on a disk whose sync takes 4 ms, that is twice the throughput at half
 * the added latency.
 *
 * The log's file lives as long as any connection, so it may be held open from the first commit on.
 */
export function syncLogOf(databaseFile: string): LogSync {
  // Windows flushes only what was opened for writing.
  const file = `${databaseFile}-wal`;
  const descriptor = openSync(file, "r+");
  const { dev, ino } = statSync(file);
  const isInPlace = () => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found?.ino === ino && found.dev === dev;
  };
  const pace = watchPace();

  function check(): void {
    if (!isInPlace()) throw goneError(dirname(file));
  }

  function syncElsewhere(): Promise<void> {
    return new Promise((resolve, reject) =>
      fdatasync(descriptor, (error) => {
        if (error) return reject(error);
        try {
          check();
          resolve();
        } catch (gone) {
          reject(gone);
        }
      }),
    );
  }

  return {
    sync() {
      if (!pace.isQuick()) return syncElsewhere();
      const start = performance.now();
      fdatasyncSync(descriptor);
      pace.tookInPlace(performance.now() - start);
      check();
      return undefined;
    },
    close: () => closeSync(descriptor),
  };
}

/** A disk whose sync takes longer than this, in ms, is not waited for on the event loop. */
const QUICK_MS = 2;

/** After a slow sync, so long passes, in ms, until one is tried in place again. */
const NEXT_TRIAL_MS = 1_000;

/** Says where to sync, by how long it took in place. */
function watchPace() {
  let slowUntil = 0;
  return {
    isQuick: () => performance.now() >= slowUntil,
    tookInPlace(ms: number) {
      if (ms > QUICK_MS) slowUntil = performance.now() + NEXT_TRIAL_MS;
    },
  };
}

function goneError(directory: string): AppError {
  return new AppError(`the data directory ${directory} was deleted or moved away while it was in use`, {
    code: "E_DATA_DIRECTORY",
    fault: "environment",
    hint: "Put it back, or start hookspool again; until then senders are told to come again.",
  });
}

/** Makes the names in a folder durable. Windows has no such thing, and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
