/**
 * Reads records out of a SQLite file page by page, without SQLite, which gives up where an index or the schema
 * is damaged: every leaf that can be read says its own.
 *
 * @see https://sqlite.org/fileformat2.html
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { readableFrames } from "./log-frames.ts";

export type Value = null | number | string | Uint8Array;

/** One row of a table, or one entry of an index or of a table without row ids, whose `rowid` is `null`. */
export interface RawRecord {
  readonly rowid: number | null;
  readonly values: readonly Value[];
}

interface Pages {
  readonly count: number;
  /** Of each page, what its B-tree may use. */
  readonly usableBytes: number;
  /** One page, with what the log has newer; `undefined` where it is not there or not whole. */
  page(number: number): Uint8Array | undefined;
}

/** What ours have, where the file's header does not say. */
const DEFAULT_PAGE_BYTES = 8192;

const TABLE_LEAF = 0x0d;
const INDEX_LEAF = 0x0a;

/** Everything readable, in no order. Deleted rows are not among it, as long as the list of free pages is whole. */
export function* readableRecords(file: string): Generator<RawRecord> {
  const descriptor = openSync(file, "r");
  const log = `${file}-wal`;
  const logDescriptor = existsSync(log) ? openSync(log, "r") : undefined;
  try {
    const pages = openPages(descriptor, logDescriptor);
    const free = freePages(pages);
    for (let number = 1; number <= pages.count; number += 1) {
      const page = free.has(number) ? undefined : pages.page(number);
      if (page) yield* recordsOf(pages, page, number === 1 ? FILE_HEADER_BYTES : 0);
    }
  } finally {
    closeSync(descriptor);
    if (logDescriptor !== undefined) closeSync(logDescriptor);
  }
}

const FILE_HEADER_BYTES = 100;

function openPages(descriptor: number, log: number | undefined): Pages {
  const header = new DataView(new ArrayBuffer(FILE_HEADER_BYTES));
  readSync(descriptor, header, 0, FILE_HEADER_BYTES, 0);
  const named = header.getUint16(16) === 1 ? 65_536 : header.getUint16(16);
  const isPower = named >= 512 && (named & (named - 1)) === 0;
  const pageBytes = isPower ? named : DEFAULT_PAGE_BYTES;
  const reserved = isPower ? header.getUint8(20) : 0;
  const newer = new Map<number, number>();
  if (log !== undefined) for (const { page, at } of readableFrames(log, pageBytes)) newer.set(page, at);
  return {
    count: Math.max(Math.floor(fstatSync(descriptor).size / pageBytes), ...newer.keys()),
    usableBytes: pageBytes - reserved,
    page(number) {
      const at = newer.get(number);
      const page = new Uint8Array(pageBytes);
      const read =
        at !== undefined && log !== undefined
          ? readSync(log, page, 0, pageBytes, at)
          : readSync(descriptor, page, 0, pageBytes, (number - 1) * pageBytes);
      return read === pageBytes ? page : undefined;
    },
  };
}

/** What SQLite keeps for later holds rows that were deleted. */
function freePages(pages: Pages): Set<number> {
  const free = new Set<number>();
  const first = pages.page(1);
  let trunk = first ? view(first).getUint32(32) : 0;
  while (trunk > 1 && trunk <= pages.count && !free.has(trunk)) {
    free.add(trunk);
    const page = pages.page(trunk);
    if (!page) break;
    const words = view(page);
    const leaves = Math.min(words.getUint32(4), page.length / 4 - 2);
    for (let i = 0; i < leaves; i += 1) free.add(words.getUint32(8 + i * 4));
    trunk = words.getUint32(0);
  }
  return free;
}

function* recordsOf(pages: Pages, page: Uint8Array, start: number): Generator<RawRecord> {
  const kind = page[start];
  if (kind !== TABLE_LEAF && kind !== INDEX_LEAF) return;
  const words = view(page);
  const cells = words.getUint16(start + 3);
  for (let i = 0; i < cells; i += 1) {
    const pointer = start + 8 + i * 2;
    if (pointer + 2 > page.length) return;
    const record = attempt(() => cellAt(pages, page, words.getUint16(pointer), kind === TABLE_LEAF));
    if (record) yield record;
  }
}

function cellAt(pages: Pages, page: Uint8Array, at: number, isTable: boolean): RawRecord | undefined {
  const cursor = { at };
  const size = varint(page, cursor);
  const rowid = isTable ? varint(page, cursor) : null;
  const payload = payloadOf(pages, page, cursor.at, size, isTable);
  const values = payload && valuesOf(payload);
  return values && { rowid, values };
}

/** A record's bytes: what stands on its page, and on the pages that it overflows to. */
function payloadOf(
  pages: Pages,
  page: Uint8Array,
  at: number,
  size: number,
  isTable: boolean,
): Uint8Array | undefined {
  const usable = pages.usableBytes;
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (size <= most) return at + size <= page.length ? page.subarray(at, at + size) : undefined;
  if (size > pages.count * usable) return undefined;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (usable - 4));
  const local = wanted <= most ? wanted : least;
  const payload = new Uint8Array(size);
  payload.set(page.subarray(at, at + local));
  let next = view(page).getUint32(at + local);
  for (let filled = local; filled < size; ) {
    const more = next > 1 && next <= pages.count ? pages.page(next) : undefined;
    if (!more) return undefined;
    const length = Math.min(usable - 4, size - filled);
    payload.set(more.subarray(4, 4 + length), filled);
    filled += length;
    next = view(more).getUint32(0);
  }
  return payload;
}

function valuesOf(payload: Uint8Array): Value[] | undefined {
  const cursor = { at: 0 };
  const headerBytes = varint(payload, cursor);
  const types: number[] = [];
  while (cursor.at < headerBytes) types.push(varint(payload, cursor));
  const values: Value[] = [];
  let at = headerBytes;
  for (const type of types) {
    const length = type >= 12 ? (type - (type % 2 === 0 ? 12 : 13)) / 2 : (fixedLengths[type] ?? -1);
    if (length < 0 || at + length > payload.length) return undefined;
    values.push(decoded(type, payload.subarray(at, at + length)));
    at += length;
  }
  return at === payload.length ? values : undefined;
}

/** Bytes of each serial type below 12; 10 and 11 are never used. */
const fixedLengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(type: number, bytes: Uint8Array): Value {
  if (type === 0) return null;
  if (type === 7) return view(bytes).getFloat64(0);
  if (type === 8 || type === 9) return type - 8;
  if (type >= 12) return type % 2 === 0 ? bytes.slice() : utf8.decode(bytes);
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 8 ? Number(whole.readBigInt64BE(0)) : whole.readIntBE(0, bytes.length);
}

/** Up to nine bytes, seven bits each, the ninth whole. Numbers over 2^53 are no numbers of ours. */
function varint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let i = 0; i < 9; i += 1) {
    const byte = bytes[cursor.at];
    if (byte === undefined) throw new RangeError("a number goes over the end");
    cursor.at += 1;
    value = i < 8 ? value * 128 + (byte & 0x7f) : value * 256 + byte;
    if (byte < 0x80) break;
  }
  return value;
}

const view = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);

/** What is damaged leads anywhere: beyond the page, to text that is none. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
