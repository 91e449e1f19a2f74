import { closeSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../core/errors.ts";
import { createDiskSync } from "./disk-sync.ts";

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
  const disk = createDiskSync();

  function check(): void {
    if (!isInPlace()) throw goneError(dirname(file));
  }

  return {
    sync() {
      const later = disk.sync(descriptor);
      if (later) return later.then(check);
      check();
      return undefined;
    },
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
