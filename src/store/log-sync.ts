import { closeSync, fdatasync, fsyncSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../core/errors.ts";

/** Makes commits durable: one sync of the write-ahead log for everything committed before it was asked for. */
export interface LogSync {
  sync(): Promise<void>;
  close(): void;
}

/**
 * Refuses to call durable what went to a log that has been deleted or moved away: nobody would find it. Put back,
 * the log is as good as before.
 *
 * Off the event loop, in Node's thread pool: on a disk whose sync takes 4 ms, that is twice the throughput at
 * half the added latency of syncing within the commit.
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
  return {
    sync: () =>
      new Promise((resolve, reject) =>
        fdatasync(descriptor, (error) => {
          if (error) reject(error);
          else if (isInPlace()) resolve();
          else reject(goneError(dirname(file)));
        }),
      ),
    close: () => closeSync(descriptor),
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
