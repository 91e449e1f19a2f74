/**
 * What a commit costs: on a disk whose sync takes 4 ms longer (a preloaded library), beside one sync for each
 * request; and how long commits take at 1,000 deliveries a second. `npm run bench:commits`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { closedLoop, loadGenerator } from "./load/closed-loop.ts";
import { openLoop } from "./load/open-loop.ts";
import { startHookspool } from "./peers/hookspool.ts";
import { signedRequests } from "./support/deliveries.ts";
import { busyPercent, machine } from "./support/machine.ts";
import { freePort, isPinned, startServer, unpin } from "./support/processes.ts";
import { writeSection } from "./support/results.ts";
import { median } from "./support/statistics.ts";
import { figure, table } from "./support/table.ts";

const DELAY_US = 4_000;
const RATE = 1_000;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "3" },
    unpinned: { type: "boolean", default: false },
    dry: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
if (options.unpinned) unpin();

const place = fileURLToPath(new URL("./data/", import.meta.url));
mkdirSync(place, { recursive: true });
const folder = mkdtempSync(join(place, "commits-"));
const target = await freePort();
const handlerScript = fileURLToPath(new URL("./support/handler.ts", import.meta.url));
const syncsScript = fileURLToPath(new URL("./support/syncs.ts", import.meta.url));
const handler = await startServer(process.execPath, [handlerScript, String(target)], {
  side: "load",
  port: target,
});
const requests = () => signedRequests({ count: 10_000, bytes: 1024 });

const busy = await busyPercent();
const slow = preload();
const slowRounds: SlowRound[] = [];
const streams: StreamRound[] = [];
for (let round = 0; round < rounds; round += 1) {
  if (slow) slowRounds.push(await onSlowDisk(slow));
  streams.push(await stream());
}
await handler.stop();
rmSync(folder, { recursive: true, force: true });

const report = reportCommits();
console.log(report);
if (!options.dry) writeSection("commits", report);

interface SlowRound {
  readonly syncMs: number;
  readonly directMs: number;
  readonly alone: { readonly p50Ms: number };
  readonly together: { readonly perSecond: number };
}

/** `undefined` where there is no compiler. */
function preload(): NodeJS.ProcessEnv | undefined {
  const library = join(folder, "slow-sync.so");
  const source = fileURLToPath(new URL("./support/slow-sync.c", import.meta.url));
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]);
  if (status === 0) return { LD_PRELOAD: library, SLOW_SYNC_US: String(DELAY_US) };
  console.log("left out: the slow disk (apt-get install gcc libc6-dev)");
  return undefined;
}

async function onSlowDisk(env: NodeJS.ProcessEnv): Promise<SlowRound> {
  const { stdout } = spawnSync(process.execPath, [syncsScript, folder], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  const one = { connections: 1, seconds, requests: requests() };
  const direct = await closedLoop({ ...one, port: target });
  const dir = mkdtempSync(join(folder, "slow-"));
  const { port, server } = await startHookspool({ target, folder: dir, env }, []);
  try {
    await closedLoop({ ...one, port, connections: 32 });
    const together = await closedLoop({ ...one, port, connections: 32 });
    const alone = await closedLoop({ ...one, port });
    return { syncMs: Number(stdout), directMs: direct.p50Ms, alone, together };
  } finally {
    await server.stop();
  }
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface StreamRound {
  readonly commits: Percentiles;
  readonly loop: Percentiles;
  readonly answers: { readonly p50Ms: number; readonly p99Ms: number; readonly failures: number };
}

async function stream(): Promise<StreamRound> {
  const dir = mkdtempSync(join(folder, "stream-"));
  const timings = join(folder, "timings.json");
  const env = { HOOKSPOOL_TIMINGS: timings };
  const { port, server } = await startHookspool({ target, folder: dir, env }, []);
  const answers = await openLoop({ port, rate: RATE, seconds: 3 * seconds, requests: requests() });
  await server.stop();
  return { ...JSON.parse(readFileSync(timings, "utf8")), answers };
}

function reportCommits(): string {
  const of = <Round>(all: readonly Round[], pick: (round: Round) => number) => median(all.map(pick));
  const sync = of(slowRounds, ({ syncMs }) => syncMs);
  const added = of(slowRounds, ({ alone, directMs }) => alone.p50Ms - directMs);
  const timesSync = of(slowRounds, ({ alone, directMs, syncMs }) => (alone.p50Ms - directMs) / syncMs);
  const perSecond = of(slowRounds, ({ together }) => together.perSecond);
  const timesOneEach = of(slowRounds, ({ together, syncMs }) => (together.perSecond * syncMs) / 1000);
  const commits = of(streams, (round) => round.commits.p99);
  const loop = of(streams, (round) => round.loop.p99);
  const goals = [
    [`slow disk, c=1: added p50 ${figure(added)} ms, × its sync (${figure(sync)} ms)`, "≤ 1.3", timesSync],
    [`slow disk, c=32: ${figure(perSecond)} req/s, × one sync for each request`, "≥ 10", timesOneEach],
    [`${RATE} deliveries a second: commit p99, ms`, "< 10", commits],
    [`${RATE} deliveries a second: delay of the capture thread's event loop p99, ms`, "< 20", loop],
  ] as const;
  return [
    "## Commits",
    "",
    `${machine()}. ${loadGenerator}; ${rounds} rounds, medians. ${isPinned() ? "The contender has one core to itself." : ""}`,
    `Other programs took ${Math.round(busy)} % of the cores before.`,
    `The slow disk is this one with ${DELAY_US / 1000} ms added to every fsync and fdatasync.`,
    "",
    table(
      ["goal", "limit", "reached", "met"],
      goals.map(([what, limit, value]) => [what, limit, figure(value), verdict(limit, value)]),
    ),
    "",
    table(
      ["at 1,000 a second, ms", "p50", "p99", "max"],
      [
        ["commit", ...three(({ commits }) => commits)],
        ["delay of the event loop", ...three(({ loop }) => loop)],
      ],
    ),
    "",
    `Answers: p50 ${figure(of(streams, ({ answers }) => answers.p50Ms))} ms, p99 ${figure(of(streams, ({ answers }) => answers.p99Ms))} ms, ${of(streams, ({ answers }) => answers.failures)} failed.`,
  ].join("\n");
}

function three(pick: (round: StreamRound) => Percentiles): string[] {
  return (["p50", "p99", "max"] as const).map((name) =>
    figure(median(streams.map((round) => pick(round)[name]))),
  );
}

function verdict(limit: string, value: number): string {
  if (!Number.isFinite(value)) return "–";
  const [sign, number] = limit.split(" ");
  const met = sign === "≥" ? value >= Number(number) : value <= Number(number);
  return met ? "yes" : "NO";
}
