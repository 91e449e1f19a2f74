/** The background thread: what must happen some time and must not delay a delivery. */
import { parentPort, workerData } from "node:worker_threads";
import { openStore } from "../store/store.ts";

/** A checkpoint is worth its work from this much log on. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;

/** A log that writers keep from beginning anew is made to, at the price of a short wait. */
const RESTART_BYTES = 64 * 1024 * 1024;

const CHECK_EVERY_MS = 500;

const { dir } = workerData as { readonly dir: string };
const store = openStore(dir, { checkpoints: "elsewhere" });

const timer = setInterval(() => {
  const size = store.logSize();
  if (size < CHECKPOINT_BYTES) return;
  attempt(() => store.checkpoint());
  if (size > RESTART_BYTES) attempt(() => store.checkpoint("RESTART"));
}, CHECK_EVERY_MS);

parentPort?.once("message", () => {
  clearInterval(timer);
  void store.close().finally(() => parentPort?.close());
});

await store.removeOrphans(Date.now());

/** What fails now (a full disk, a busy database) is tried again; the log keeps everything meanwhile. */
function attempt(work: () => void) {
  try {
    work();
  } catch {
    // Tried again at the next tick.
  }
}
