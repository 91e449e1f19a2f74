/**
 * What the terminal UI costs: its first frame, its share of a core while deliveries pour in, what it adds to their
 * way, and how soon a key is answered meanwhile. In a pseudo-terminal (util-linux `script`), Linux only.
 * `npm run bench:tui`, or `npm run bench:tui -- start` or `burst` for one half.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { unidentified } from "../src/core/delivery.ts";
import { undecided } from "../src/core/verdict.ts";
import { openStore } from "../src/store/store.ts";

const ROUNDS = 11;
const STORED = 100_000;
const PER_SECOND = 1_000;
const SECONDS = 10;
const BURSTS = 7;
const SIZE = { columns: 120, rows: 40 };

const program = fileURLToPath(new URL("../bin/hookspool.js", import.meta.url));

if (isMainThread) await main();
else await load(workerData as Load);

async function main() {
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model} x${cpus().length}, ${SIZE.columns}×${SIZE.rows}\n`,
  );
  console.log("| What | Measured | Limit |\n| --- | --- | --- |");
  const folder = mkdtempSync(join(tmpdir(), "hookspool-bench-"));
  const [only] = process.argv.slice(2);
  try {
    if (only !== "burst") await start(folder);
    if (only !== "start") await burst(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(what: string, figure: string, { limit, missed }: { limit: string; missed: boolean }) {
  if (missed) process.exitCode = 1;
  console.log(`| ${what} | ${figure} | ${limit}${missed ? ": MISSED" : ""} |`);
}

/* The first frame. */

async function start(folder: string) {
  const [empty, full] = [join(folder, "empty"), join(folder, "full")];
  await fill(full);
  const contenders = {
    node: () => untilShown(`'${process.execPath}' -e 'console.log("Deliveries")'`),
    empty: () => untilShown(listen(9, empty)),
    full: () => untilShown(listen(9, full)),
  };
  for (const run of Object.values(contenders)) await run();
  const rounds: Record<keyof typeof contenders, number>[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({
      node: await contenders.node(),
      empty: await contenders.empty(),
      full: await contenders.full(),
    });
  const ratio = (a: keyof typeof contenders, b: keyof typeof contenders) =>
    median(rounds.map((round) => round[a] / round[b]));
  const ms = (name: keyof typeof contenders) => `${median(rounds.map((round) => round[name])).toFixed(0)} ms`;
  const [byNode, byEmpty] = [ratio("empty", "node"), ratio("full", "empty")];
  report(
    "first frame, nothing stored",
    `${ms("empty")}, ${byNode.toFixed(2)} × \`node -e 0\` (${ms("node")})`,
    {
      limit: "5 ×",
      missed: byNode > 5,
    },
  );
  report(
    `first frame, ${STORED.toLocaleString("en")} stored`,
    `${ms("full")}, ${byEmpty.toFixed(2)} × nothing stored`,
    {
      limit: "1.2 ×",
      missed: byEmpty > 1.2,
    },
  );
}

async function fill(dir: string) {
  const { writer, close } = openStore(dir);
  const bytes = Buffer.from('{"id":"job_1","status":"completed"}');
  const digest = createHash("sha256").update(bytes).digest("hex");
  const one = (i: number) => ({
    head: {
      receivedAt: 1_790_000_000_000 + i,
      origin: "captured" as const,
      method: "POST",
      path: "/hooks",
      httpVersion: "1.1",
      headers: [["Host", "hooks.example"]] as const,
      peer: null,
    },
    body: { kind: "inline" as const, bytes, size: bytes.length, digest },
    identity: {
      ...unidentified,
      provider: "wazza",
      event: "completed" as const,
      job: `job_${i}`,
      dedupeKey: `key_${i}`,
    },
    verification: undecided("no secret is known"),
    refusal: null,
    owed: i % 100 === 0,
  });
  for (let done = 0; done < STORED; done += 1_000)
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => writer.append(one(done + i))));
  await close();
}

async function untilShown(line: string): Promise<number> {
  const begun = performance.now();
  const terminal = openTerminal(line);
  await terminal.shows("Deliveries");
  const ms = performance.now() - begun;
  await terminal.end("q");
  return ms;
}

/* While deliveries pour in. */

interface Burst {
  /** p99 of the answers, in ms. */
  readonly p99: number;
  /** Share of a core that the main thread took. */
  readonly main: number;
}

async function burst(folder: string) {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { perSecond: PER_SECOND, seconds: SECONDS },
  });
  const heard: unknown[] = [];
  let tell = () => {};
  worker.on("message", (message) => {
    heard.push(message);
    tell();
  });
  const next = async <T>(): Promise<T> => {
    while (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve));
    return heard.shift() as T;
  };
  const handler = await next<number>();
  const sendTo = (port: number) => {
    worker.postMessage(port);
    return next<number>();
  };

  const keys: number[] = [];
  let shown = "";
  const pressing = async (terminal: Terminal, isOver: () => boolean) => {
    await wait(500);
    terminal.forget();
    while (!isOver()) {
      for (const [key, answer] of [
        ["?", "one screen down"],
        ["q", "Deliveries"],
      ] as const) {
        const pressed = performance.now();
        terminal.type(key);
        await terminal.shows(answer);
        keys.push(performance.now() - pressed);
        shown += terminal.forget();
        // As often as a person presses one: each is a frame more.
        await wait(150 + 100 * Math.random());
      }
    }
  };
  await sendTo(handler);
  const runs: Record<"direct" | "quiet" | "tui", Burst>[] = [];
  for (let round = 0; round < BURSTS; round += 1) {
    const dir = (name: string) => join(folder, `${name}-${round}`);
    runs.push({
      direct: { p99: await sendTo(handler), main: 0 },
      quiet: await measured(`${listen(handler, dir("quiet"))} --output quiet`, sendTo, async () => {}),
      tui: await measured(listen(handler, dir("tui")), sendTo, pressing),
    });
  }
  await worker.terminate();

  const added = runs.map(({ direct, quiet, tui }) => ({
    quiet: quiet.p99 - direct.p99,
    tui: tui.p99 - direct.p99,
  }));
  const ratios = added.map(({ quiet, tui }) => tui / quiet).toSorted((a, b) => a - b);
  const ratio = median(ratios);
  const ms = (name: "quiet" | "tui") => `${median(added.map((run) => run[name])).toFixed(1)} ms`;
  report(
    `capture's added p99, median of ${BURSTS}`,
    `${ms("tui")}, ${ratio.toFixed(2)} × \`--output quiet\` (${ms("quiet")}; rounds ${ratios.map((one) => one.toFixed(2)).join(" ")})`,
    { limit: "1.5 ×", missed: ratio > 1.5 },
  );
  const share = (name: "quiet" | "tui") => median(runs.map((run) => run[name].main));
  const own = share("tui") - share("quiet");
  report(
    "the UI's own cost",
    `${percent(own)} of a core (main thread ${percent(share("tui"))}, quiet ${percent(share("quiet"))})`,
    { limit: "20 %", missed: own > 0.2 },
  );
  const p95 = quantile(keys, 0.95);
  report(
    `key press to frame, p95 of ${keys.length}`,
    `${p95.toFixed(1)} ms (median ${median(keys).toFixed(1)} ms)`,
    { limit: "50 ms", missed: p95 > 50 },
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told is looked for.
  const clears = shown.match(/\u001b\[[0-3]?J/g)?.length ?? 0;
  report("clears of the screen", String(clears), { limit: "0", missed: clears > 0 });
  console.log(`\n${(shown.length / BURSTS / SECONDS / 1024).toFixed(0)} KiB a second to the terminal`);
}

async function measured(
  line: string,
  sendTo: (port: number) => Promise<number>,
  during: (terminal: Terminal, isOver: () => boolean) => Promise<void>,
): Promise<Burst> {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const terminal = openTerminal(`${line} --port ${port}`);
  await reached(port);
  await wait(1_500);
  const pid = terminal.program();
  const before = mainThreadMs(pid);
  const begun = performance.now();
  let over = false;
  const sent = sendTo(port).finally(() => (over = true));
  const [p99] = await Promise.all([sent, during(terminal, () => over)]);
  const main = (mainThreadMs(pid) - before) / (performance.now() - begun);
  await terminal.end("\u0003");
  return { p99, main };
}

async function reached(port: number) {
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await fetch(`http://127.0.0.1:${port}/`, { method: "POST" }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await wait(50);
  }
  throw new Error("it never listened");
}

/** utime and stime of the thread that has the process's own number, in ms. */
function mainThreadMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const TICK_MS = 10;
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}

/* The terminal. */

function listen(target: number, dir: string): string {
  return `'${process.execPath}' '${program}' ${target} --tunnel none --no-inspector --dir '${dir}'`;
}

type Terminal = ReturnType<typeof openTerminal>;

function openTerminal(line: string) {
  const sized = `stty cols ${SIZE.columns} rows ${SIZE.rows}; exec ${line}`;
  const child: ChildProcess = spawn("script", ["--quiet", "--flush", "--command", sized, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TERM: "xterm-256color", CI: "" },
  });
  let shown = "";
  let look = () => {};
  child.stdout?.on("data", (bytes: Buffer) => {
    shown += bytes.toString("latin1");
    look();
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    async shows(text: string) {
      const late = setTimeout(() => {
        throw new Error(`the terminal never showed ${text}: ${JSON.stringify(shown.slice(-3000))}`);
      }, 20_000);
      while (!shown.includes(text)) await new Promise<void>((resolve) => (look = resolve));
      clearTimeout(late);
    },
    /** What was shown since the last time. */
    forget() {
      const before = shown;
      shown = "";
      return before;
    },
    type: (keys: string) => void child.stdin?.write(keys),
    /** The process that `script` runs. */
    program: () =>
      Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ")[0]),
    async end(keys: string) {
      child.stdin?.write(keys);
      const late = setTimeout(() => child.kill("SIGKILL"), 8_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/* The sender and the handler, in a thread of their own. */

interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

async function load({ perSecond, seconds }: Load) {
  const handler = createServer((request, response) => {
    request.resume().on("end", () => response.end("thanks"));
  });
  await new Promise<void>((resolve) => handler.listen(0, "127.0.0.1", resolve));
  parentPort?.on("message", async (port: number) => {
    parentPort?.postMessage(await sendAll(port, perSecond, seconds));
  });
  parentPort?.postMessage((handler.address() as AddressInfo).port);
}

/** p99 in ms of what it took to get an answer, at a steady rate whatever the answers. */
async function sendAll(port: number, perSecond: number, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const times: number[] = [];
  const running: Promise<void>[] = [];
  const begun = performance.now();
  for (let sent = 0; sent < perSecond * seconds; ) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - begun) / 1000) * perSecond));
    for (; sent < due; sent += 1) running.push(post(agent, port, sent).then((ms) => void times.push(ms)));
    await wait(2);
  }
  await Promise.all(running);
  agent.destroy();
  return quantile(times, 0.99);
}

function post(agent: Agent, port: number, i: number): Promise<number> {
  const body = JSON.stringify({
    id: `job_${i}`,
    status: "completed",
    outputs: ["https://media.example/1.png"],
  });
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    request(
      {
        agent,
        port,
        host: "127.0.0.1",
        method: "POST",
        path: `/hooks/${i}`,
        headers: { "content-type": "application/json" },
      },
      (response) => response.resume().once("end", () => resolve(performance.now() - begun)),
    )
      .once("error", reject)
      .end(body);
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
