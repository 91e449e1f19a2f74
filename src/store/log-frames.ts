/**
 * Reads a write-ahead log frame by frame. SQLite stops at the first frame that is broken; each of those behind
 * it can still be proven by its own checksum, which goes on from the one that its neighbour carries.
 *
 * @see https://sqlite.org/fileformat2.html#walformat
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** The last bit says the byte order of checksums. */
const MAGIC = 0x377f0682;

/** A page as a committed transaction left it. */
export interface Frame {
  readonly page: number;
  /** Where its bytes begin in the log. */
  readonly at: number;
}

type Checksum = readonly [number, number];

/** Whole frames of committed transactions, oldest first: those before a broken one, and those behind it. */
export function* readableFrames(log: number, pageBytes: number): Generator<Frame> {
  const header = headerOf(log);
  if (!header || (header.isWhole && header.pageBytes !== pageBytes)) return;
  for (const { committed } of transactions(log, header, pageBytes)) yield* committed;
}

/** How many pages a database's log holds behind a broken frame, where SQLite does not look. */
export function pagesBehindDamage(database: string): number {
  const file = `${database}-wal`;
  if (!existsSync(file)) return 0;
  const log = openSync(file, "r");
  try {
    const header = headerOf(log);
    let behind = 0;
    if (header?.isWhole)
      for (const { committed, isBehind } of transactions(log, header, header.pageBytes))
        if (isBehind) behind += committed.length;
    return behind;
  } finally {
    closeSync(log);
  }
}

interface Transaction {
  readonly committed: readonly Frame[];
  /** Whether a frame before its last one is broken. */
  readonly isBehind: boolean;
}

function* transactions(log: number, header: LogHeader, pageBytes: number): Generator<Transaction> {
  const { size } = fstatSync(log);
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const frame = Buffer.alloc(frameBytes);
  let before: Checksum = header.checksum;
  let salts = header.isWhole ? header.salts : undefined;
  let pending: Frame[] = [];
  let isBehind = false;
  for (let at = HEADER_BYTES; at + frameBytes <= size; at += frameBytes) {
    readSync(log, frame, 0, frameBytes, at);
    const found = frame.readBigUInt64BE(8);
    salts ??= found;
    const claimed: Checksum = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
    const counted = checksum(
      frame.subarray(FRAME_HEADER_BYTES),
      header.littleEndian,
      checksum(frame.subarray(0, 8), header.littleEndian, before),
    );
    before = claimed;
    // Other salts: from an earlier use of the same file.
    if (found !== salts || counted[0] !== claimed[0] || counted[1] !== claimed[1]) {
      isBehind = true;
      continue;
    }
    pending.push({ page: frame.readUInt32BE(0), at: at + FRAME_HEADER_BYTES });
    if (frame.readUInt32BE(4) === 0) continue;
    yield { committed: pending, isBehind };
    pending = [];
  }
}

interface LogHeader {
  readonly isWhole: boolean;
  readonly littleEndian: boolean;
  readonly pageBytes: number;
  readonly salts: bigint;
  readonly checksum: Checksum;
}

function headerOf(log: number): LogHeader | undefined {
  const header = Buffer.alloc(HEADER_BYTES);
  if (readSync(log, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined;
  const magic = header.readUInt32BE(0);
  const littleEndian = (magic & 1) === 0;
  const claimed: Checksum = [header.readUInt32BE(24), header.readUInt32BE(28)];
  const counted = checksum(header.subarray(0, 24), littleEndian, [0, 0]);
  return {
    isWhole: (magic & ~1) === MAGIC && counted[0] === claimed[0] && counted[1] === claimed[1],
    littleEndian,
    pageBytes: header.readUInt32BE(8),
    salts: header.readBigUInt64BE(16),
    checksum: claimed,
  };
}

function checksum(bytes: Buffer, littleEndian: boolean, [first, second]: Checksum): Checksum {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let a = first;
  let b = second;
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + words.getUint32(at, littleEndian) + b) >>> 0;
    b = (b + words.getUint32(at + 4, littleEndian) + a) >>> 0;
  }
  return [a, b];
}
