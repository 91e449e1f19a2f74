import { randomUUID } from "node:crypto";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createDiskSync, type DiskSync } from "./disk-sync.ts";

/**
 * Larger bodies are kept beside the database, those of one commit one after another in a file of their own. In the
 * database every byte is written twice, to the log and from there to its page, with a checksum: 600 µs of CPU for
 * 100 KB, against 50 in a file (measured). A file for each is as cheap to write and dear to make: below this, a page of
 * the log costs less.
 */
export const DATABASE_BODY_BYTES = 32 * 1024;

/** Where a body begins in a file of the folder of bodies. */
export interface BodyPlace {
  readonly file: string;
  readonly at: number;
}

/** Files that never change once a delivery names them: the last delivery to be forgotten takes its file away. */
export interface BodyGroups {
  /** Keeps these bodies, in their order; they are durable when it returns, or when what it returns resolves. */
  keep(bodies: readonly Uint8Array[]): BodyPlace[] | Promise<BodyPlace[]>;
}

export function createBodyGroups(folder: string): BodyGroups {
  const disk = createDiskSync();
  return {
    keep(bodies) {
      const file = randomUUID();
      const path = join(folder, file);
      const descriptor = openSync(path, "wx", 0o600);
      const close = () => closeSync(descriptor);
      const fail = (error: unknown): never => {
        rmSync(path, { force: true });
        throw error;
      };
      let later: Promise<void> | undefined;
      try {
        const places = writeAll(descriptor, bodies).map((at) => ({ file, at }));
        later = andThen(disk.sync(descriptor), () => syncNames(disk, folder));
        return later ? later.then(() => places, fail).finally(close) : places;
      } catch (error) {
        return fail(error);
      } finally {
        if (!later) close();
      }
    },
  };
}

/** Where each begins. */
function writeAll(descriptor: number, bodies: readonly Uint8Array[]): number[] {
  let end = 0;
  return bodies.map((body) => {
    const at = end;
    end += body.length;
    // A disk that fills up takes a part without an error.
    if (writeSync(descriptor, body) !== body.length)
      throw Object.assign(new Error("the disk took only a part of a body"), { code: "ENOSPC" });
    return at;
  });
}

function andThen(done: Promise<void> | undefined, next: () => Promise<void> | undefined) {
  return done ? done.then(next) : next();
}

/** Windows has no such thing, and needs none. */
function syncNames(disk: DiskSync, folder: string): Promise<void> | undefined {
  if (process.platform === "win32") return undefined;
  const descriptor = openSync(folder, "r");
  const close = () => closeSync(descriptor);
  let later: Promise<void> | undefined;
  try {
    later = disk.sync(descriptor)?.finally(close);
    return later;
  } finally {
    if (!later) close();
  }
}
