/** The background thread: what must happen some time and must not delay a delivery. */
import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { MOST_UNFILED } from "../store/events.ts";
import { openStore } from "../store/store.ts";
import type { BackgroundSettings, FromBackgroundThread, StandingRules } from "./standing-rules.ts";

/** A checkpoint is worth its work from this much log on. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;

/** A log that writers keep from beginning anew is made to, at the price of a short wait. */
const RESTART_BYTES = 64 * 1024 * 1024;

const CHECK_EVERY_MS = 500;

/** How long it works at a time on what only makes searches quicker. */
const SLICE_MS = 10;

/** After each piece of work it rests this many times as long: capturing needs the processor and the disk more. */
const REST = 3;

/** How long deliveries are counted to say how many come. */
const LOAD_OVER_S = 0.1;

/** While more deliveries a second come than this, capturing has the machine to itself, */
const BUSY_PER_SECOND = 200;

/** for so long at most: what is not indexed yet is looked through, and that takes longer the more there is. */
const MOST_POSTPONED_MS = 60_000;

const PRUNE_EVERY_MS = 60_000;

const { dir, rules } = workerData as BackgroundSettings;
const store = openStore(dir, { checkpoints: "elsewhere" });
const stop = new AbortController();

const tasks = [
  regularly(CHECK_EVERY_MS, checkpoint),
  // A start has better things to do.
  pause(CHECK_EVERY_MS).then(() => regularly(CHECK_EVERY_MS, makeSearchable())),
  rules && regularly(PRUNE_EVERY_MS, () => prune(rules)),
];

parentPort?.once("message", async () => {
  stop.abort();
  await Promise.all(tasks);
  await store.close();
  parentPort?.close();
});

await store.removeOrphans(Date.now());

/** What fails now (a full disk, a busy database) is tried again the next time; nothing is lost by it. */
async function regularly(everyMs: number, work: () => void | Promise<void>): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      await work();
    } catch {
      // Tried again.
    }
    await pause(everyMs);
  }
}

/** Ends early, but does not fail, when the thread is to stop. */
function pause(ms: number): Promise<void> {
  return wait(ms, undefined, { signal: stop.signal }).catch(() => {});
}

function checkpoint() {
  const size = store.logSize();
  if (size < CHECKPOINT_BYTES) return;
  store.checkpoint();
  if (size > RESTART_BYTES) store.checkpoint("RESTART");
}

/** Files events, makes spans, then the full-text index, of what has settled since the last time. */
function makeSearchable(): () => Promise<void> {
  const isBusy = watchLoad();
  let newest = 0;
  let version: number | undefined;
  let swept = false;
  let doneAt = performance.now();

  /** Whether it was all done, and not left for when there is time. */
  async function index(settled: number, goOn: () => boolean): Promise<boolean> {
    if (!(await inSlices((enough) => store.fileEvents(enough), goOn))) return false;
    if (!(await inSlices((enough) => store.makeSpans(enough), goOn))) return false;
    if (!(await inSlices(() => store.indexTexts(settled), goOn))) return false;
    if (!swept && !(await inSlices(() => store.sweepIndex(), goOn))) return false;
    swept = true;
    return true;
  }

  return async () => {
    const found = store.version();
    const settled = newest;
    newest = store.reader.nth(0) ?? 0;
    if (store.unfiled() > MOST_UNFILED) await inSlices((enough) => store.fileEvents(enough), always);
    const isOverdue = performance.now() - doneAt > MOST_POSTPONED_MS;
    if (isBusy() && !isOverdue) return;
    // Once more after the last change: then what came with it has settled.
    if (found !== version || newest !== settled || !swept) {
      if (!(await index(settled, () => isOverdue || !isBusy()))) return;
      version = found;
    }
    doneAt = performance.now();
  };
}

const always = () => true;

/** Says whether more deliveries come than leave time for anything else. */
function watchLoad(): () => boolean {
  let newest = store.reader.nth(0) ?? 0;
  let at = performance.now();
  let isBusy = false;
  return () => {
    const seconds = (performance.now() - at) / 1_000;
    if (seconds < LOAD_OVER_S) return isBusy;
    const before = newest;
    newest = store.reader.nth(0) ?? 0;
    at = performance.now();
    isBusy = newest - before > BUSY_PER_SECOND * seconds;
    return isBusy;
  };
}

/** With rests in between, as long as there is more to do and `goOn` says so. Whether it was all done. */
async function inSlices(work: (enough: () => boolean) => boolean, goOn: () => boolean): Promise<boolean> {
  for (;;) {
    const start = performance.now();
    if (!work(() => performance.now() - start > SLICE_MS)) return true;
    await pause(REST * (performance.now() - start));
    if (stop.signal.aborted || !goOn()) return false;
  }
}

async function prune({ olderThanMs, keep, maxBytes }: StandingRules) {
  await store.prune(
    {
      before: olderThanMs === undefined ? undefined : Date.now() - olderThanMs,
      keep,
      maxBytes,
      force: false,
    },
    {
      rest: (tookMs) => pause(REST * tookMs),
      onForgotten: (forgotten) => parentPort?.postMessage({ forgotten } satisfies FromBackgroundThread),
      isStopped: () => stop.signal.aborted,
    },
  );
}
