/**
 * Bodies in files: what is too large for memory comes into one of its own (here), what is only too large for the
 * database shares one with others (`body-groups.ts`). A file has its own random name rather than its
 * digest's, so that forgetting one delivery never takes away what another process has just stored.
 */
import { createHash, type Hash, randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, rmSync } from "node:fs";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type CapturedBody, INLINE_BODY_BYTES } from "../core/delivery.ts";
import { giveBack } from "../core/give-back.ts";
import type { BodyIntake, StoredBody } from "../core/ports.ts";
import { wholeBody } from "../core/whole-body.ts";
import { diskFull, syncFolder } from "./disk-sync.ts";

/** A long upload is synced on the way, so that the sync at its end is short. */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024;

/** Writes to a file are gathered to this size. */
const WRITE_BYTES = 256 * 1024;

/** More than any stream's high-water mark, so that a writer always waits until a piece has gone. */
const PIECE_BYTES = 256 * 1024;

export const bodyFolder = (directory: string) => join(directory, "bodies");

/** Takes one body in: in memory up to {@link INLINE_BODY_BYTES}, from then on in a file of `folder`. */
export function openBodyIntake(folder: string): BodyIntake {
  // Of what has gone to the file; a body that needs none is hashed in one go, at two thirds of the price.
  let spilled: Hash | undefined;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let size = 0;
  let unsynced = 0;
  let file: { readonly name: string; readonly handle: FileHandle } | undefined;
  // One write at a time, in order. A failed write fails all that follow.
  let work: Promise<void> = Promise.resolve();

  async function spill() {
    const chunks = waiting;
    const bytes = waitingBytes;
    waiting = [];
    waitingBytes = 0;
    spilled ??= createHash("sha256");
    for (const chunk of chunks) spilled.update(chunk);
    file ??= await createFile(folder);
    const { bytesWritten } = await file.handle.writev(chunks);
    if (bytesWritten !== bytes) throw diskFull();
    for (const chunk of chunks) giveBack(chunk);
    unsynced += bytes;
    if (unsynced >= SYNC_EVERY_BYTES) {
      unsynced = 0;
      await file.handle.datasync();
    }
  }

  const queueSpill = () => {
    work = work.then(spill);
    // The one who awaits it hears of it; a sender that has gone must not end the process.
    work.catch(() => {});
    return work;
  };

  return {
    write(chunk) {
      waiting.push(chunk);
      waitingBytes += chunk.length;
      size += chunk.length;
      if (size > INLINE_BODY_BYTES && waitingBytes >= WRITE_BYTES) return queueSpill();
      return undefined;
    },
    async finish(): Promise<CapturedBody> {
      if (size <= INLINE_BODY_BYTES) {
        const [only] = waiting;
        return wholeBody(waiting.length === 1 && only ? only : Buffer.concat(waiting));
      }
      await queueSpill();
      if (!file || !spilled) throw new Error("a large body has no file");
      await file.handle.sync();
      await file.handle.close();
      syncFolder(folder);
      return { kind: "file", file: file.name, size, digest: spilled.digest("hex") };
    },
    async discard() {
      waiting = [];
      waitingBytes = 0;
      await work.catch(() => {});
      if (!file) return;
      await file.handle.close().catch(() => {});
      await rm(join(folder, file.name), { force: true });
    },
  };
}

async function createFile(folder: string) {
  const name = randomUUID();
  return { name, handle: await open(join(folder, name), "wx", 0o600) };
}

export function inlineBody(bytes: Uint8Array): StoredBody {
  return {
    size: bytes.length,
    bytes: () => bytes,
    async *stream() {
      if (bytes.length > 0) yield bytes;
    },
  };
}

/** Where a body begins in a file of the folder of bodies. */
export interface BodyPlace {
  readonly file: string;
  readonly at: number;
}

/** A body that stands in a file. */
export function fileBody(folder: string, { file, at }: BodyPlace, size: number): StoredBody {
  const path = join(folder, file);
  return {
    size,
    bytes: () => readPart(path, at, size),
    stream: () => pieces(path, at, size),
  };
}

/** As much of a part of a file as there is. */
export function readPart(path: string, at: number, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  const descriptor = openSync(path, "r");
  try {
    let end = 0;
    for (let read = 1; read > 0 && end < size; end += read)
      read = readSync(descriptor, bytes, end, size - end, at + end);
    return bytes.subarray(0, end);
  } finally {
    closeSync(descriptor);
  }
}

/** A read stream's pieces would each have memory of their own, and pile up until the next collection. */
async function* pieces(path: string, at: number, size: number): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const memory = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, size));
    for (let read = 0; read < size; ) {
      const { bytesRead } = await handle.read(memory, 0, Math.min(memory.length, size - read), at + read);
      if (bytesRead === 0) return;
      read += bytesRead;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

export function removeBodyFile(folder: string, name: string): void {
  rmSync(join(folder, name), { force: true });
}

/** A body whose delivery was never committed: its process died in between. */
const ORPHAN_AGE_MS = 60 * 60 * 1000;

/** Deletes files that no delivery names and that are old enough not to be on their way into the database. */
export async function removeOrphans(
  folder: string,
  isNamed: (file: string) => boolean,
  now: number,
): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (isNamed(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found || now - found.mtimeMs < ORPHAN_AGE_MS) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
