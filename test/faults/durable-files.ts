/**
 * What a disk may hold after the power has gone, worked out from a record of what was asked of it
 * (record-writes.c): what was synced for certain, of the rest any part, torn at any sector.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What a disk writes as a whole. */
const SECTOR_BYTES = 512;

const O_CREAT = 0o100;
const O_TRUNC = 0o1000;

/** One thing that the process did. */
export interface Recorded {
  readonly kind:
    | "open"
    | "write"
    | "truncate"
    | "sync-begun"
    | "synced"
    | "rename"
    | "remove"
    | "folder"
    | "sent";
  readonly fd: string;
  /** An offset, a size, flags, or the number of a sync. */
  readonly number: number;
  readonly bytes: Buffer;
}

const kinds: Record<string, Recorded["kind"]> = {
  o: "open",
  w: "write",
  t: "truncate",
  b: "sync-begun",
  e: "synced",
  r: "rename",
  u: "remove",
  m: "folder",
  s: "sent",
};

const HEAD_BYTES = 24;

export function readRecord(file: string): Recorded[] {
  const log = readFileSync(file);
  const all: Recorded[] = [];
  for (let at = 0; at < log.length; ) {
    const length = log.readUInt32LE(at + 20);
    const kind = kinds[String.fromCharCode(log.readUInt32LE(at))];
    if (!kind) throw new Error(`no record begins at byte ${at}`);
    all.push({
      kind,
      fd: `${log.readUInt32LE(at + 4)}/${log.readUInt32LE(at + 8)}`,
      number: Number(log.readBigInt64LE(at + 12)),
      bytes: log.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length),
    });
    at += HEAD_BYTES + length;
  }
  return all;
}

type Change =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Buffer; readonly when: number }
  | { readonly kind: "truncate"; readonly size: number; readonly when: number };

interface File {
  readonly kind: "file";
  content: Buffer;
  size: number;
  unsynced: Change[];
}

interface Folder {
  readonly kind: "folder";
  /** Paths in it that are certain. */
  readonly names: Map<string, File | Folder>;
  unsynced: { readonly path: string; readonly node: File | Folder | undefined; readonly when: number }[];
}

/** What becomes of what was not synced: nothing is left of it, all is, or what chance (0 to 1) will have. */
export type Survival = "none" | "all" | (() => number);

/** A disk that keeps apart what is certain from what is not. */
export interface Disk {
  /** What the process did next. */
  take(recorded: Recorded): void;
  /** Writes to `folder` what is there after a power failure now. */
  writeTo(folder: string, unsynced: Survival): void;
}

/** @param root the folder that was recorded: it was there before, and empty */
export function createDisk(root: string): Disk {
  const top: Folder = { kind: "folder", names: new Map(), unsynced: [] };
  /** As the process sees it, certain or not. */
  const live = new Map<string, File | Folder>([[root, top]]);
  const descriptors = new Map<string, File | Folder>();
  const begun = new Map<string, number>();
  let now = 0;

  function name(path: string, node: File | Folder | undefined) {
    if (node) live.set(path, node);
    else live.delete(path);
    const parent = live.get(dirname(path));
    if (parent?.kind !== "folder") throw new Error(`${path} has no folder`);
    parent.unsynced.push({ path, node, when: now });
  }

  function open(fd: string, path: string, flags: number) {
    let node = live.get(path);
    if (!node) {
      if (!(flags & O_CREAT)) throw new Error(`${path} was opened without being made`);
      node = { kind: "file", content: Buffer.alloc(0), size: 0, unsynced: [] };
      name(path, node);
    }
    if (flags & O_TRUNC && node.kind === "file") node.unsynced.push({ kind: "truncate", size: 0, when: now });
    descriptors.set(fd, node);
  }

  function fileOf(fd: string): File {
    const node = descriptors.get(fd);
    if (node?.kind !== "file") throw new Error(`descriptor ${fd} is no file`);
    return node;
  }

  function makeCertain(node: File | Folder, before: number) {
    if (node.kind === "folder") {
      for (const { path, node: named, when } of node.unsynced)
        if (when < before) named ? node.names.set(path, named) : node.names.delete(path);
      node.unsynced = node.unsynced.filter(({ when }) => when >= before);
      return;
    }
    for (const change of node.unsynced) if (change.when < before) apply(node, change, () => true);
    node.unsynced = node.unsynced.filter(({ when }) => when >= before);
  }

  return {
    take({ kind, fd, number, bytes }) {
      now += 1;
      const text = () => bytes.toString();
      switch (kind) {
        case "open":
          return open(fd, text(), number);
        case "write":
          return void fileOf(fd).unsynced.push({ kind, at: number, bytes, when: now });
        case "truncate":
          return void fileOf(fd).unsynced.push({ kind, size: number, when: now });
        case "folder":
          return name(text(), { kind: "folder", names: new Map(), unsynced: [] });
        case "remove":
          return name(text(), undefined);
        case "rename": {
          const [from = "", to = ""] = text().split("\0");
          const node = live.get(from);
          name(from, undefined);
          return name(to, node);
        }
        case "sync-begun":
          return void begun.set(`${fd} ${number}`, now);
        case "synced": {
          const node = descriptors.get(fd);
          if (node) makeCertain(node, begun.get(`${fd} ${number}`) ?? 0);
          return;
        }
        case "sent":
      }
    },
    writeTo(folder, unsynced) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      const write = (parent: Folder) => {
        const names = new Map(parent.names);
        for (const { path, node } of beginning(parent.unsynced, unsynced))
          node ? names.set(path, node) : names.delete(path);
        for (const [path, node] of names) {
          const target = join(folder, relative(root, path));
          // What is shared memory does not outlive the machine.
          if (path.endsWith("-shm")) continue;
          if (node.kind === "folder") {
            mkdirSync(target);
            write(node);
          } else {
            writeFileSync(target, surviving(node, unsynced));
          }
        }
      };
      write(top);
    },
  };
}

/** A journal of names is cut off somewhere, not riddled. */
function beginning<T>(all: readonly T[], unsynced: Survival): readonly T[] {
  if (typeof unsynced === "function") return all.slice(0, Math.floor(unsynced() * (all.length + 1)));
  return unsynced === "all" ? all : [];
}

function surviving(file: File, unsynced: Survival): Buffer {
  const copy: File = { ...file, content: Buffer.from(file.content.subarray(0, file.size)) };
  const keeps = keeping(unsynced);
  for (const change of file.unsynced) apply(copy, change, keeps);
  return copy.content.subarray(0, copy.size);
}

/** Whether a sector is among what is left: of one file most, of another little. */
function keeping(unsynced: Survival): () => boolean {
  if (typeof unsynced !== "function") return () => unsynced === "all";
  const share = unsynced();
  return () => unsynced() < share;
}

/** Applies those sectors of a change that `keeps` says. */
function apply(file: File, change: Change, keeps: () => boolean): void {
  if (change.kind === "truncate") {
    if (!keeps()) return;
    reserve(file, change.size);
    if (change.size < file.size) file.content.fill(0, change.size, file.size);
    file.size = change.size;
    return;
  }
  const end = change.at + change.bytes.length;
  for (let at = change.at; at < end; ) {
    const next = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (keeps()) {
      reserve(file, next);
      change.bytes.copy(file.content, at, at - change.at, next - change.at);
      file.size = Math.max(file.size, next);
    }
    at = next;
  }
}

function reserve(file: File, size: number): void {
  if (size <= file.content.length) return;
  const larger = Buffer.alloc(Math.max(size, file.content.length * 2, 64 * 1024));
  file.content.copy(larger, 0, 0, file.size);
  file.content = larger;
}
