import { type Database, mayPass } from "./sqlite.ts";

/** Something to be written whose writer waits to be told. */
export interface Entry {
  /** Runs inside the transaction. */
  readonly apply: () => unknown;
  readonly settle: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
  /** About what it takes in memory; absent where it is not to be held there. */
  readonly bytes?: number | undefined;
}

/** Records that the disk would not take, kept in memory in their order until it does. */
export interface HeldRecords {
  readonly isEmpty: boolean;
  /** Keeps it, for this reason or the last one; past the bound it fails. */
  hold(entry: Entry, reason?: unknown): void;
  /** Tries to write them all, now. */
  write(): void;
  /** Fails what is left. */
  drop(error: unknown): void;
}

/** A disk that is full is looked at this often, in ms. */
const AGAIN_MS = 1_000;

const MOST_RECORDS = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** So many go in one transaction, so that nobody waits for long. */
const BATCH = 500;

interface HeldOptions {
  readonly database: Database;
  /** Called with the reason each time that they could not be written. */
  readonly onHeldUp: (error: unknown) => void;
}

export function createHeldRecords({ database, onHeldUp }: HeldOptions): HeldRecords {
  let held: Entry[] = [];
  let bytes = 0;
  let reason: unknown;
  let timer: NodeJS.Timeout | undefined;

  const writeSoon = () => (timer ??= setTimeout(write, AGAIN_MS));

  function write() {
    clearTimeout(timer);
    timer = undefined;
    while (held.length > 0) {
      const batch = held.slice(0, BATCH);
      try {
        const results = database.transaction(() => batch.map((entry) => entry.apply()));
        held = held.slice(batch.length);
        for (const entry of batch) bytes -= entry.bytes ?? 0;
        batch.forEach((entry, i) => void entry.settle(results[i]));
      } catch (error) {
        if (!mayPass(error)) return drop(error);
        reason = error;
        onHeldUp(error);
        writeSoon();
        return;
      }
    }
  }

  function drop(error: unknown) {
    clearTimeout(timer);
    timer = undefined;
    const lost = held;
    held = [];
    bytes = 0;
    for (const entry of lost) entry.fail(error);
  }

  return {
    get isEmpty() {
      return held.length === 0;
    },
    hold(entry, why = reason) {
      reason = why;
      const size = entry.bytes ?? 0;
      if (held.length >= MOST_RECORDS || bytes + size > MOST_BYTES) return entry.fail(reason);
      if (held.length === 0) onHeldUp(reason);
      held.push(entry);
      bytes += size;
      writeSoon();
    },
    write,
    drop,
  };
}
