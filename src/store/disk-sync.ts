import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from "node:fs";

/** Makes what was written durable. */
export interface DiskSync {
  /** What was written to a file. Has happened when it returns, or when what it returns resolves. */
  sync(descriptor: number): Promise<void> | undefined;
  /** The names in a folder. */
  syncNames(folder: string): Promise<void>;
}

/** A disk whose sync takes longer than this, in ms, is not waited for on the event loop. */
const QUICK_MS = 2;

/** After a slow sync, so long passes, in ms, until one is tried in place again. */
const NEXT_TRIAL_MS = 1_000;

/**
 * In place where the disk is quick: handing 0.1 ms of waiting to another thread takes longer than that. Off the event
 * loop, in Node's thread pool, where it is not: on a disk whose sync takes 4 ms, that is twice the throughput at half
 * the added latency.
 */
export function createDiskSync(): DiskSync {
  let slowUntil = 0;

  function sync(descriptor: number): Promise<void> | undefined {
    const start = performance.now();
    if (start < slowUntil)
      return new Promise((resolve, reject) =>
        fdatasync(descriptor, (error) => (error ? reject(error) : resolve())),
      );
    fdatasyncSync(descriptor);
    const end = performance.now();
    if (end - start > QUICK_MS) slowUntil = end + NEXT_TRIAL_MS;
    return undefined;
  }

  return {
    sync,
    async syncNames(folder) {
      if (!hasFolderSync) return;
      const descriptor = openSync(folder, "r");
      try {
        await sync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

/** Windows has no such thing, and needs none. */
const hasFolderSync = process.platform !== "win32";

/** Makes the names in a folder durable, in place: for what happens now and then. */
export function syncFolder(folder: string): void {
  if (!hasFolderSync) return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A disk that fills up takes a part without an error; only the next write would fail. */
export const diskFull = (): Error =>
  Object.assign(new Error("the disk took only a part of a file"), { code: "ENOSPC" });
