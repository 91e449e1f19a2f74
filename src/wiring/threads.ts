import nodeModule from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";

/** Starts one of our threads: its bundle beside this one, or its source when run from source. */
export function startThread(name: "capture-thread" | "background-thread", workerData: unknown): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  // A thread keeps its compiled code where the main thread does, if that does.
  const cache = nodeModule.getCompileCacheDir();
  const env = cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) };
  return new Worker(new URL(`./${name}.${extension}`, import.meta.url), { workerData, name, env });
}
