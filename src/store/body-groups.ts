import { randomUUID } from "node:crypto";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { type BodyPlace, removeBodyFile } from "./bodies.ts";
import { createDirectFiles, type DirectFiles } from "./direct-file.ts";
import { createDiskSync } from "./disk-sync.ts";

/**
 * Larger bodies are kept beside the database, those of one commit one after another in a file of their own. In the
 * database every byte is written twice, to the log and from there to its page, with a checksum: 600 µs of CPU for
 * 100 KB, against 50 in a file (measured). A file for each is as cheap to write and dear to make: below this, a page of
 * the log costs less.
 */
export const DATABASE_BODY_BYTES = 32 * 1024;

/** A file goes when the last delivery that names it is forgotten: the longer it is, the longer that may take. */
const FILE_BYTES = 4 * 1024 * 1024;

/** Files that never change once a delivery names them. */
export interface BodyGroups {
  /** Keeps these bodies, in their order, one call at a time; resolves when they are durable. What fails leaves nothing behind. */
  keep(bodies: readonly Uint8Array[]): Promise<BodyPlace[]>;
}

export function createBodyGroups(folder: string): BodyGroups {
  const disk = createDiskSync();
  // Most sessions never see a body of this size.
  let files: DirectFiles | undefined;

  async function keepTogether(file: string, bodies: readonly Uint8Array[]): Promise<BodyPlace[]> {
    files ??= createDirectFiles(FILE_BYTES);
    const places: BodyPlace[] = [];
    let end = 0;
    for (const body of bodies) {
      files.memory.set(body, end);
      places.push({ file, at: end });
      end += body.length;
    }
    const descriptor = await files.create(join(folder, file), end);
    try {
      await disk.sync(descriptor);
      return places;
    } finally {
      closeSync(descriptor);
    }
  }

  return {
    async keep(bodies) {
      const names: string[] = [];
      const places: BodyPlace[] = [];
      try {
        for (const some of inFiles(bodies)) {
          const file = randomUUID();
          names.push(file);
          places.push(...(await keepTogether(file, some)));
        }
        await disk.syncNames(folder);
        return places;
      } catch (error) {
        for (const name of names) removeBodyFile(folder, name);
        throw error;
      }
    },
  };
}

/** Those that share a file. */
function inFiles(bodies: readonly Uint8Array[]): Uint8Array[][] {
  const files: Uint8Array[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const body of bodies) {
    bytes += body.length;
    if (bytes > FILE_BYTES) {
      files.push([]);
      bytes = body.length;
    }
    files.at(-1)?.push(body);
  }
  return files;
}
