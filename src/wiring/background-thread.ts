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
  let newest = 0;
  let version: number | undefined;
  let swept = false;
  let lookedAt = performance.now();
  let doneAt = lookedAt;
  return async () => {
    const found = store.version();
    const settled = newest;
    newest = store.reader.nth(0) ?? 0;
    const now = performance.now();
    const isBusy = settled > 0 && newest - settled > (BUSY_PER_SECOND * (now - lookedAt)) / 1_000;
    lookedAt = now;
    if (store.unfiled() > MOST_UNFILED) await inSlices((enough) => store.fileEvents(enough));
    if (isBusy && now - doneAt < MOST_POSTPONED_MS) return;
    doneAt = now;
    // Once more after the last change: then what came with it has settled.
    if (found === version && newest === settled && swept) return;
    version = found;
    await inSlices((enough) => store.fileEvents(enough));
    await inSlices((enough) => store.makeSpans(enough));
    await inSlices(() => store.indexTexts(settled));
    if (!swept) await inSlices(() => store.sweepIndex());
    swept = true;
  };
}

/** Goes on as long as there is more to do, with rests in between. */
async function inSlices(work: (enough: () => boolean) => boolean): Promise<void> {
  for (let more = true; more && !stop.signal.aborted; ) {
    const start = performance.now();
    more = work(() => performance.now() - start > SLICE_MS);
    if (more) await pause(REST * (performance.now() - start));
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
