/**
 * What happens when a tunnel is disturbed: a running `hookspool listen`, a sender that goes on sending, a fault.
 * Writes the table of docs/tunnels.md; `node scripts/tunnel-faults.ts [driver…] [fault…]` only prints theirs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { lookup } from "../src/tunnels/_loopback.ts";
import { freePort } from "../test/support/tcp-relay.ts";
import { tunnelArguments } from "../test/support/tunnel-arguments.ts";
import { type RigName, type TunnelRig, transportsOf, tunnelRigs } from "../test/support/tunnel-rigs.ts";
import { writeBetween } from "./write-between.ts";

const PROBE_INTERVAL_S = 6;
const SEND_EVERY_MS = 50;
const OUTAGE_MS = 10_000;
/** After this a server gives up a connection that has gone silent. */
const SILENCE_MS = 5_000;
/** A fault that is to be noticed at all is noticed by then. */
const BRIEF_MS = 9_000;
const AT_ONCE = 1_000;
/** No fault takes longer to be noticed, or to be over. */
const LONGEST_MS = 45_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const document = join(root, "docs/tunnels.md");

interface Scene {
  readonly rig: TunnelRig;
  readonly hookspool: Hookspool;
}

interface Fault {
  readonly name: string;
  /** Why it cannot happen to this driver. */
  readonly spared?: (rig: TunnelRig) => string | undefined;
  /** Brings it about. */
  strike(scene: Scene): Promise<void>;
  /** Ends it, once it has been noticed; there is nothing to end where absent. */
  relieve?(scene: Scene): Promise<void>;
  /** What it is to say, where that is not the first thing. */
  readonly says?: RegExp;
  /** It may be over before anybody looks. */
  readonly isBrief?: boolean;
  /** How long it lasts at least. */
  readonly lastsMs?: number;
}

const noTransport = ({ transport }: TunnelRig) =>
  transport === null ? "there is nothing of ours to kill" : undefined;
const page = (type: string, body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
const impersonation = (name: string, response: string): Fault => ({
  name,
  spared: (rig) => (rig.impersonate ? undefined : "bytes are carried: nobody stands in between"),
  strike: async ({ rig }) => rig.impersonate?.(response),
  relieve: async ({ rig }) => rig.impersonate?.(null),
});

const faults: readonly Fault[] = [
  {
    name: "process killed",
    spared: noTransport,
    async strike({ rig, hookspool }) {
      for (const pid of transportsOf(rig, hookspool.pid)) process.kill(pid, "SIGKILL");
    },
  },
  {
    name: "server restart",
    isBrief: true,
    async strike({ rig }) {
      await rig.stop();
      await rig.start();
    },
  },
  {
    name: "10 s outage",
    lastsMs: OUTAGE_MS,
    strike: ({ rig }) => rig.stop(),
    relieve: ({ rig }) => rig.start(),
  },
  {
    name: "silent loss",
    isBrief: true,
    spared: (rig) => (rig.transport === null ? "each request is a connection of its own" : undefined),
    strike: async ({ rig }) => rig.goSilent(),
    async relieve({ rig }) {
      await delay(SILENCE_MS);
      rig.letGo?.();
    },
  },
  {
    name: "name taken",
    says: /is taken/,
    spared: (rig) => (rig.takeName ? undefined : "nobody else can have it"),
    async strike({ rig }) {
      await rig.stop();
      await rig.takeName?.(true);
      await rig.start();
    },
    relieve: async ({ rig }) => rig.takeName?.(false),
  },
  {
    name: "rate limited",
    says: /429/,
    spared: (rig) => (rig.limit ? undefined : "no server limits it"),
    async strike({ rig, hookspool }) {
      rig.limit?.(true);
      for (const pid of transportsOf(rig, hookspool.pid)) process.kill(pid, "SIGKILL");
      await rig.stop();
      await rig.start();
    },
    relieve: async ({ rig }) => rig.limit?.(false),
  },
  impersonation("interstitial page", page("text/html", "<html><h1>You are about to visit</h1></html>")),
  impersonation("foreign answer", page("application/json", '{"ok":true}')),
];

type Line = Readonly<Record<string, unknown>>;
interface Heard {
  readonly at: number;
  readonly line: Line;
}

interface Hookspool {
  readonly pid: number;
  readonly endpoint: string;
  /** The first tunnel line since `since` that fits. */
  tunnel(fits: (line: Line) => boolean, since?: number): Promise<Heard>;
  stop(): Promise<void>;
}

async function startHookspool(rig: TunnelRig, port: number, target: number): Promise<Hookspool> {
  const dir = mkdtempSync(join(tmpdir(), "hookspool-faults-"));
  const args = [
    ...["listen", String(target), "--json", "--dir", dir, "--no-inspector", "--port", String(port)],
    ...["--probe-interval", `${PROBE_INTERVAL_S}s`, ...tunnelArguments(rig)],
  ];
  const child: ChildProcess = spawn(process.execPath, [join(root, "bin/hookspool.js"), ...args], {
    env: { PATH: process.env.PATH, HOME: dir, ...rig.env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (text) => {
    heard.push({ at: performance.now(), line: JSON.parse(text) });
    for (const look of waiting) look();
  });
  const next = (fits: (heard: Heard) => boolean) =>
    new Promise<Heard>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        const said = heard
          .map(({ line }) => JSON.stringify(line))
          .filter((text) => /"tunnel","state/.test(text));
        reject(new Error(`not in time; it said ${said.slice(-6).join("\n")}`));
      }, LONGEST_MS);
      const look = () => {
        const found = heard.find(fits);
        if (!found) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const { line } = await next(({ line }) => line.type === "ready");
  if (line.endpoint === null) throw new Error(`no tunnel: ${JSON.stringify(heard.map(({ line }) => line))}`);
  return {
    pid: child.pid ?? 0,
    endpoint: String(line.endpoint),
    tunnel: (fits, since = 0) => next(({ at, line }) => at >= since && line.type === "tunnel" && fits(line)),
    async stop() {
      child.kill("SIGINT");
      if (child.exitCode === null) await once(child, "exit");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The handler, and what it was given: how often each delivery came. */
async function startHandler() {
  const came = new Map<string, number>();
  const server = createServer((incoming, response) => {
    const id = String(incoming.headers["x-id"]);
    came.set(id, (came.get(id) ?? 0) + 1);
    incoming.resume().on("end", () => response.end("ok"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { came, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** Sends one delivery; resolves with its status, 0 where none came. */
function send(endpoint: string, id: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(`${endpoint}/hooks`, {
      method: "POST",
      headers: { "x-id": id, "content-type": "application/json" },
      agent,
      lookup,
      timeout: 15_000,
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => resolve(0));
    outgoing.on("response", (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    outgoing.end(JSON.stringify({ id, status: "completed" }));
  });
}

interface Tally {
  readonly sent: number;
  readonly accepted: number;
  /** Accepted, and never came to the handler. */
  readonly lost: number;
  readonly duplicated: number;
}

function tally(
  statuses: ReadonlyMap<string, number>,
  came: ReadonlyMap<string, number>,
  isOurs = true,
): Tally {
  // Who stands in between accepts what it will.
  const accepted = [...statuses].filter(([, status]) => isOurs && status >= 200 && status < 300);
  return {
    sent: statuses.size,
    accepted: isOurs ? accepted.length : came.size,
    lost: accepted.filter(([id]) => !came.has(id)).length,
    duplicated: [...came.values()].filter((times) => times > 1).length,
  };
}

interface Row extends Tally {
  readonly driver: string;
  readonly fault: string;
  readonly noticeMs: number | null;
  readonly recoverMs: number | null;
  readonly url: string;
  readonly words: string;
}

async function disturb(name: RigName, fault: Fault): Promise<Row> {
  const port = await freePort();
  const rig: TunnelRig = await tunnelRigs[name](port);
  const handler = await startHandler();
  const spared = fault.spared?.(rig);
  if (spared !== undefined) {
    handler.close();
    await rig.close();
    const nothing = { sent: 0, accepted: 0, lost: 0, duplicated: 0 };
    return {
      driver: name,
      fault: fault.name,
      noticeMs: null,
      recoverMs: null,
      url: "–",
      words: spared,
      ...nothing,
    };
  }
  const hookspool = await startHookspool(rig, port, handler.port);
  const agent = new Agent({ keepAlive: false });
  const statuses = new Map<string, number>();
  const sending: Promise<void>[] = [];
  const sender = setInterval(() => {
    const id = `${sending.length}`;
    sending.push(send(hookspool.endpoint, id, agent).then((status) => void statuses.set(id, status)));
  }, SEND_EVERY_MS);
  try {
    await delay(1_000);
    const struckAt = performance.now();
    const strike = fault.strike({ rig, hookspool });
    const isGone = ({ state }: Line) => state !== "up" && state !== "degraded" && state !== "moved";
    const noticing = hookspool.tunnel((line) => isGone(line) || line.state === "moved", struckAt);
    const noticed = await (fault.isBrief ? Promise.race([noticing, delay(BRIEF_MS)]) : noticing);
    noticing.catch(() => {});
    await strike;
    const { says } = fault;
    const explained = says && (await hookspool.tunnel(({ reason }) => says.test(String(reason)), struckAt));
    await delay(Math.max(0, struckAt + (fault.lastsMs ?? 0) - performance.now()));
    const again = noticed && hookspool.tunnel(({ endpoint }) => endpoint !== null, noticed.at);
    // Five minutes are left to Cloudflare.
    const isLeftAlone = fault.name === "rate limited" && name === "cloudflared";
    again?.catch(() => {});
    const stays =
      !fault.relieve ||
      (fault.name === "silent loss" && !rig.letGo) ||
      (fault.name === "name taken" && name === "localtunnel");
    if (!stays) await fault.relieve?.({ rig, hookspool });
    const relievedAt = stays ? struckAt : performance.now();
    const recovered = isLeftAlone ? undefined : await again;
    await delay(1_000);
    clearInterval(sender);
    await Promise.all(sending);
    const endpoint = recovered?.line.endpoint ?? (isLeftAlone ? null : hookspool.endpoint);
    return {
      driver: name,
      fault: fault.name,
      noticeMs: noticed ? noticed.at - struckAt : null,
      recoverMs: recovered ? Math.max(0, recovered.at - relievedAt) : null,
      url: endpoint === null ? "–" : endpoint === hookspool.endpoint ? "kept" : "moved, and says so",
      words: String((explained ?? noticed)?.line.reason ?? "over before anybody looked"),
      ...tally(statuses, handler.came, !/page|foreign/.test(fault.name)),
    };
  } finally {
    clearInterval(sender);
    await hookspool.stop();
    agent.destroy();
    handler.close();
    await rig.close();
  }
}

async function crowd(name: RigName): Promise<Row> {
  const port = await freePort();
  const rig: TunnelRig = await tunnelRigs[name](port);
  const handler = await startHandler();
  const hookspool = await startHookspool(rig, port, handler.port);
  const agent = new Agent({ keepAlive: false });
  const statuses = new Map<string, number>();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, i) => {
      statuses.set(String(i), await send(hookspool.endpoint, String(i), agent));
    }),
  );
  const ms = performance.now() - start;
  const counts = Map.groupBy(statuses.values(), (status) => status);
  const words = [...counts].map(([status, all]) => `${all.length} × ${status || "no answer"}`).join(", ");
  await hookspool.stop();
  agent.destroy();
  handler.close();
  await rig.close();
  return {
    driver: name,
    fault: "1,000 at once",
    noticeMs: null,
    recoverMs: null,
    url: "kept",
    words: `${words} in ${(ms / 1000).toFixed(1)} s`,
    ...tally(statuses, handler.came),
  };
}

/** Of the arguments, those that name drivers; a fault that is named is the only one. */
const asked = process.argv.slice(2).filter((word): word is RigName => word in tunnelRigs);
const only = faults.filter(({ name }) => process.argv.includes(name));
const names = asked.length > 0 ? asked : (Object.keys(tunnelRigs) as RigName[]);
const rows: Row[] = [];
for (const fault of only.length > 0 ? only : faults) {
  // The faults are mostly waited out: the drivers have theirs side by side.
  const found = await Promise.all(
    names.map((name) =>
      disturb(name, fault).catch((error: Error) => {
        console.error(`${name}, ${fault.name}: ${error.message}`);
        process.exitCode = 1;
        return undefined;
      }),
    ),
  );
  rows.push(...found.filter((row) => row !== undefined).map(report));
}
if (only.length === 0) for (const name of names) rows.push(report(await crowd(name)));
if (process.argv.length === 2) writeTable();
if (rows.some(({ lost }) => lost > 0)) process.exitCode = 1;

function report(row: Row): Row {
  console.log(cells(row).join(" | "));
  return row;
}

function cells({ driver, fault, noticeMs, recoverMs, url, sent, accepted, lost, duplicated, words }: Row) {
  const seconds = (ms: number | null) => (ms === null ? "–" : `${(ms / 1000).toFixed(2)} s`);
  const told = words.replaceAll(/127\.0\.0\.1:\d+|[\w.-]+\.localhost:\d+/g, "HOST").replaceAll("|", "\\|");
  const short = told.length > 110 ? `${told.slice(0, 109)}…` : told;
  return [
    driver,
    fault,
    seconds(noticeMs),
    seconds(recoverMs),
    url,
    sent === 0 ? "–" : `${accepted} of ${sent}`,
    lost,
    duplicated,
    short,
  ];
}

function writeTable(): void {
  const order = (row: Row) => names.indexOf(row.driver as RigName);
  const head =
    "| driver | fault | noticed after | healthy again after | URL | taken | lost | duplicated | what it says |";
  const sorted = rows.toSorted((a, b) => order(a) - order(b));
  const table = [
    head,
    "|---|---|--:|--:|---|--:|--:|--:|---|",
    ...sorted.map((row) => `| ${cells(row).join(" | ")} |`),
  ];
  writeBetween(document, "faults", table.join("\n"));
}
