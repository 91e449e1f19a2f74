/** `node syncs.ts FOLDER`: the median of what appending 4 KiB and syncing takes, in ms. */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { median } from "./statistics.ts";

const file = openSync(join(process.argv[2] ?? ".", "syncs"), "w");
const block = Buffer.alloc(4096);
const times = Array.from({ length: 200 }, () => {
  const start = performance.now();
  writeSync(file, block);
  fdatasyncSync(file);
  return performance.now() - start;
});
closeSync(file);
console.log(median(times));
