import { closeSync, constants, openSync, rmSync, write } from "node:fs";
import { systemCode } from "../core/errors.ts";
import { diskFull } from "./disk-sync.ts";

/** Makes files that are written whole, once, and hardly read again. */
export interface DirectFiles {
  /** What the next file is to hold goes here first. */
  readonly memory: Uint8Array;
  /**
   * Makes a file of the first `length` bytes; one at a time. Resolves to its descriptor, not synced yet. Up to a
   * block of zeros may follow what it holds.
   */
  create(path: string, length: number): Promise<number>;
}

/** What the address of the memory, the place in the file and the length have to be multiples of, nearly everywhere. */
const BLOCK_BYTES = 4096;

/**
 * Past the page cache (`O_DIRECT`), where the system and the file system have that: the cache would take memory for
 * every byte, and the copy into it is a quarter of what a body of 100 KB costs where memory comes from a
 * hypervisor page by page (measured). Elsewhere through it.
 */
export function createDirectFiles(mostBytes: number): DirectFiles {
  // V8 maps memory that may change its size page by page, so that it begins at a page.
  const memory = new Uint8Array(new ArrayBuffer(mostBytes, { maxByteLength: mostBytes }));
  let flag = constants.O_DIRECT ?? 0;

  async function make(path: string, length: number): Promise<number> {
    const whole = flag === 0 ? length : Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES;
    // Or what an earlier file held would go with it.
    memory.fill(0, length, whole);
    const descriptor = openSync(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | flag,
      0o600,
    );
    try {
      await writeAll(descriptor, memory.subarray(0, whole));
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  return {
    memory,
    async create(path, length) {
      try {
        return await make(path, length);
      } catch (error) {
        if (flag === 0 || systemCode(error) !== "EINVAL") throw error;
        // The file may have been made before it was refused.
        rmSync(path, { force: true });
        flag = 0;
        return make(path, length);
      }
    },
  };
}

const writeAll = (descriptor: number, bytes: Uint8Array) =>
  new Promise<void>((resolve, reject) => {
    write(descriptor, bytes, (error, written) => {
      if (error) reject(error);
      else if (written < bytes.length) reject(diskFull());
      else resolve();
    });
  });
