import { Worker } from "node:worker_threads";

/** Starts one of our threads: its bundle beside this one, or its source when run from source. */
export function startThread(name: "capture-thread" | "background-thread", workerData: unknown): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./${name}.${extension}`, import.meta.url), { workerData, name });
}
