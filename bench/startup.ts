/**
 * How long the program takes to start, beside Node itself: runs in turns (A B C … A B C …), ratios within a
 * round, medians of those. `npm run bench:startup`.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROUNDS = 21;

const bin = fileURLToPath(new URL("../bin/hookspool.js", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "hookspool-startup-"));

/** Each gives ms from the start of the process to its exit, or to the line that says it is ready. */
const contenders = {
  "node -e 0": () => untilExit(["-e", "0"]),
  "hookspool --version": () => untilExit([bin, "--version"]),
  "hookspool ls": () => untilExit([bin, "ls", "--dir", dir]),
  "hookspool listen --tunnel none": () =>
    untilReady([bin, "listen", "3000", "--tunnel", "none", "--json", "--dir", dir]),
};

/** At most this many times Node's own start. */
const limits: Partial<Record<keyof typeof contenders, number>> = {
  "hookspool --version": 1.3,
  "hookspool ls": 2,
  "hookspool listen --tunnel none": 4,
};

const names = Object.keys(contenders) as (keyof typeof contenders)[];
const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
  (typeof names)[number],
  number[]
>;

for (const name of names) await contenders[name]();
for (let round = 0; round < ROUNDS; round += 1) {
  for (const name of names) times[name].push(await contenders[name]());
}
rmSync(dir, { recursive: true, force: true });

console.log(`Node ${process.version}, ${cpus()[0]?.model} x${cpus().length}, ${ROUNDS} rounds, medians`);
let missed = 0;
for (const name of names) {
  const ratio = median(times[name].map((time, round) => time / (times["node -e 0"][round] ?? Number.NaN)));
  const limit = limits[name];
  const over = limit !== undefined && ratio > limit;
  if (over) missed += 1;
  const verdict = limit === undefined ? "" : `  (at most ${limit}${over ? ": MISSED" : ""})`;
  console.log(
    `${name.padEnd(32)} ${median(times[name]).toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)} x${verdict}`,
  );
}
process.exitCode = missed > 0 ? 1 : 0;

function untilExit(args: string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  return performance.now() - start;
}

async function untilReady(args: string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ms = await new Promise<number>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      if (data.includes('"ready"')) resolve(performance.now() - start);
    });
  });
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  return ms;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
