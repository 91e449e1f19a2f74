/**
 * What capture through a tunnel costs beside capture without one, on loopback: a running `hookspool listen` for
 * each driver, asked in turns (A B C … A B C …), ratios within a round, medians of those. Writes the table of
 * docs/tunnels.md. `npm run bench:tunnels`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { writeBetween } from "../scripts/write-between.ts";
import { lookup } from "../src/tunnels/_loopback.ts";
import { freePort } from "../test/support/tcp-relay.ts";
import { tunnelArguments } from "../test/support/tunnel-arguments.ts";
import { type TunnelRig, tunnelRigs } from "../test/support/tunnel-rigs.ts";

const ROUNDS = 4;
const SECONDS = 1;
const CONCURRENCIES = [1, 32] as const;

const root = fileURLToPath(new URL("..", import.meta.url));
const document = join(root, "docs/tunnels.md");
const body = Buffer.from(JSON.stringify({ id: "task_1", status: "completed", filler: "x".repeat(950) }));

interface Contender {
  readonly name: string;
  readonly url: string;
  close(): Promise<void>;
}

const handler = createServer((incoming, response) => incoming.resume().on("end", () => response.end("ok")));
handler.listen(0, "127.0.0.1");
await once(handler, "listening");
const target = (handler.address() as AddressInfo).port;

const contenders: Contender[] = [await start("direct")];
for (const [name, startRig] of Object.entries(tunnelRigs)) {
  if (name === "cloudflared, named") continue;
  const port = await freePort();
  contenders.push(await start(name, await startRig(port), port));
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Not answered 200. */
  readonly failed: number;
}
const measured = new Map<string, Measured[]>();
for (const concurrency of CONCURRENCIES)
  for (let round = -1; round < ROUNDS; round += 1)
    for (const { name, url } of contenders) {
      const result = await load(url, concurrency);
      const key = `${name} ${concurrency}`;
      // The first round warms up.
      if (round >= 0) measured.set(key, [...(measured.get(key) ?? []), result]);
    }
for (const { close } of contenders) await close();
handler.close();

const table = [
  "| through | c=1: p50 / p99 | added p50 | c=32: per second | of direct | p50 / p99 | not answered 200 |",
  "|---|--:|--:|--:|--:|--:|--:|",
  ...contenders.map(({ name }) => `| ${row(name).join(" | ")} |`),
].join("\n");
const about = `${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}, bodies of 1 KB, each on a connection of its own, ${ROUNDS} rounds of ${SECONDS} s; medians, times in ms.`;
console.log(`${about}\n\n${table}`);
writeBetween(document, "cost", `${about}\n\n${table}`);

async function start(name: string, rig?: TunnelRig, port = 0): Promise<Contender> {
  const dir = mkdtempSync(join(tmpdir(), "hookspool-tunnel-bench-"));
  const tunnel = rig ? tunnelArguments(rig) : ["--tunnel", "none"];
  const args = [
    "listen",
    `${target}`,
    "--json",
    "--dir",
    dir,
    "--no-inspector",
    "--port",
    `${port}`,
    ...tunnel,
  ];
  const child: ChildProcess = spawn(process.execPath, [join(root, "bin/hookspool.js"), ...args], {
    env: { PATH: process.env.PATH, HOME: dir, ...rig?.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on("line", (text) => {
      const { type, endpoint, local } = JSON.parse(text);
      if (type !== "ready") return;
      if (rig && endpoint === null) reject(new Error(`${name}: no tunnel`));
      else resolve(endpoint ?? local);
    });
  });
  return {
    name,
    url,
    async close() {
      child.kill("SIGINT");
      await once(child, "exit");
      await rig?.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function load(url: string, concurrency: number): Promise<Measured> {
  // Each delivery on a connection of its own, as from many senders: localtunnel has ten for all of them.
  const agent = new Agent({ keepAlive: false });
  const times: number[] = [];
  let failed = 0;
  const start = performance.now();
  const end = start + SECONDS * 1000;
  const worker = async () => {
    while (performance.now() < end) {
      const sent = performance.now();
      if (!(await post(url, agent))) failed += 1;
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), failed };
}

/** Whether it was answered 200. */
function post(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const outgoing = request(`${url}/hooks`, { method: "POST", headers, agent, lookup });
    outgoing.on("error", () => resolve(false));
    outgoing.on("response", (response) => {
      response.resume().on("end", () => resolve(response.statusCode === 200));
    });
    outgoing.end(body);
  });
}

function row(name: string): string[] {
  const [one = [], many = []] = CONCURRENCIES.map((c) => measured.get(`${name} ${c}`) ?? []);
  const [directOne = [], directMany = []] = CONCURRENCIES.map((c) => measured.get(`direct ${c}`) ?? []);
  const pick = (all: readonly Measured[], key: keyof Measured) => median(all.map((each) => each[key]));
  const added = median(one.map(({ p50 }, i) => p50 - (directOne[i]?.p50 ?? Number.NaN)));
  const share = median(many.map(({ perSecond }, i) => perSecond / (directMany[i]?.perSecond ?? Number.NaN)));
  const both = (all: readonly Measured[]) =>
    `${pick(all, "p50").toFixed(2)} / ${pick(all, "p99").toFixed(2)}`;
  return [
    name,
    both(one),
    name === "direct" ? "" : `+${added.toFixed(2)}`,
    pick(many, "perSecond").toFixed(0),
    share.toFixed(2),
    both(many),
    String([...one, ...many].reduce((sum, { failed }) => sum + failed, 0)),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
