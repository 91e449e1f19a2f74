/**
 * hookspool beside its peers: every round starts each contender anew and loads it with the same signed deliveries
 * before the same handler; ratios are taken within a round. `npm run bench`, `npm run bench -- --help`.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { closedLoop, type Load, loadGenerator } from "./load/closed-loop.ts";
import type { Contender } from "./peers/contender.ts";
import { direct } from "./peers/direct.ts";
import { haproxy } from "./peers/haproxy.ts";
import { hookspool } from "./peers/hookspool.ts";
import { httpProxy3 } from "./peers/http-proxy-3.ts";
import { mitmdump } from "./peers/mitmdump.ts";
import { mockttp } from "./peers/mockttp.ts";
import { nginx } from "./peers/nginx.ts";
import { reportPeers } from "./peers/report.ts";
import { addRound, type Cell, cellName, type Measurement, roundsOf } from "./peers/rounds.ts";
import { smee } from "./peers/smee.ts";
import { signedRequests } from "./support/deliveries.ts";
import { busyPercent } from "./support/machine.ts";
import { installPeerPackages, installPeers } from "./support/peer-packages.ts";
import { freePort, isPinned, startServer, unpin, usageOf } from "./support/processes.ts";
import { writeSection } from "./support/results.ts";

/** Before the measurements of each size, a contender is loaded this many times as long as in one of them. */
const WARM_UP = 2;
const WARM_UP_CONNECTIONS = 32;

const all = [direct, nginx, haproxy, httpProxy3, smee, mockttp, mitmdump, hookspool];

const help = `npm run bench -- [options]

  --quick                     one round of a second each, 1 KB only
  --rounds <n>                3
  --seconds <n>               of each measurement: 2
  --only <names>              of ${all.map(({ name }) => name.split(" ")[0]).join(",")}
  --sizes <KiB>               1,100
  --connections <n>           1,32,256
  --unpinned                  let the system place the processes; else the contender has one core to itself
  --add                       add the rounds to those of the last time, for a bench in pieces
  --dry                       leave bench/results.md as it is`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    only: { type: "string" },
    sizes: { type: "string" },
    connections: { type: "string", default: "1,32,256" },
    unpinned: { type: "boolean", default: false },
    add: { type: "boolean", default: false },
    dry: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) console.log(help);
else await main();

async function main(): Promise<void> {
  const { quick } = options;
  const seconds = Number(options.seconds ?? (quick ? 1 : 2));
  const rounds = Number(options.rounds ?? (quick ? 1 : 3));
  const cells = cellsOf(options.sizes ?? (quick ? "1" : "1,100"), options.connections);
  if (options.unpinned) unpin();

  const wanted = chosen(options.only);
  if (wanted.some(({ install }) => install === installPeers)) installPeerPackages();
  const contenders = wanted.filter((contender) => {
    if (contender.version() !== undefined) return true;
    console.log(`left out: ${contender.name} (${contender.install})`);
    return false;
  });

  const store = roundsOf({ pinned: isPinned(), fresh: !options.add });
  for (let round = 0; round < rounds; round += 1) {
    const busy = await busyPercent();
    const measured: Measurement[] = [];
    for (const contender of contenders) measured.push(...(await measure(contender, cells, seconds)));
    addRound(store, { busyPercent: busy, measured });
  }
  const report = reportPeers(store, { contenders: all, loadGenerator, pinned: isPinned(), seconds });
  console.log(report);
  if (!options.dry) writeSection(isPinned() ? "peers" : "peers-unpinned", report);
}

function chosen(only: string | undefined): readonly Contender[] {
  if (only === undefined) return all;
  const names = only.split(",");
  return all.filter(({ name }) => names.includes(name.split(" ")[0] ?? name));
}

function cellsOf(sizes: string, connections: string): Cell[] {
  const numbers = (text: string) => text.split(",").map(Number);
  return numbers(sizes).flatMap((kibibytes) =>
    numbers(connections).map((count) => ({ kibibytes, connections: count })),
  );
}

/** One contender, started anew and warmed up, in every cell. */
async function measure(
  contender: Contender,
  cells: readonly Cell[],
  seconds: number,
): Promise<Measurement[]> {
  // Not /tmp, which may be in memory: what is synced has to reach a disk.
  const place = fileURLToPath(new URL("./data/", import.meta.url));
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, "run-"));
  const target = await freePort();
  const script = fileURLToPath(new URL("./support/handler.ts", import.meta.url));
  const handler = await startServer(process.execPath, [script, String(target)], {
    side: "load",
    port: target,
  });
  const measured: Measurement[] = [];
  try {
    const { port, server } = await contender.start({ target, folder });
    try {
      let warmFor: number | undefined;
      for (const cell of cells) {
        // With deliveries of its own: none that is measured repeats one of these.
        if (warmFor !== cell.kibibytes)
          await closedLoop({
            ...loadOf(cell, port),
            connections: WARM_UP_CONNECTIONS,
            seconds: WARM_UP * seconds,
          });
        warmFor = cell.kibibytes;
        const load = loadOf(cell, port);
        const before = server && usageOf(server.pid);
        const result = await closedLoop({ ...load, seconds });
        const after = server && usageOf(server.pid);
        const cpuMs = before && after && after.cpuMs - before.cpuMs;
        console.log(
          `${contender.name.padEnd(14)} ${cellName(cell).padEnd(14)} ${Math.round(result.perSecond).toString().padStart(6)}/s  p50 ${result.p50Ms.toFixed(2)}  p99 ${result.p99Ms.toFixed(2)} ms${result.failures > 0 ? `  ${result.failures} FAILED` : ""}`,
        );
        measured.push({
          contender: contender.name,
          ...cell,
          ...result,
          cpuUs: cpuMs === undefined ? undefined : (cpuMs * 1000) / result.requests,
          rssMb: after && after.rssBytes / 2 ** 20,
        });
      }
    } finally {
      await server?.stop();
    }
  } finally {
    await handler.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return measured;
}

function loadOf({ kibibytes, connections }: Cell, port: number): Omit<Load, "seconds"> {
  const requests = signedRequests({ count: kibibytes > 10 ? 250 : 20_000, bytes: kibibytes * 1024 });
  return { port, connections, requests };
}
