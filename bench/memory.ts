/**
 * How much memory the program takes under loads that are made to take much: its resident set at its highest,
 * less what it was before. Linux only, since it reads /proc. `npm run bench:memory`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MB = 1024 * 1024;
const agent = new Agent({ keepAlive: false });
const bin = fileURLToPath(new URL("../bin/hookspool.js", import.meta.url));

const handler = createServer((incoming, response) => {
  incoming.resume().once("end", () => response.end("ok"));
});
handler.listen(0, "127.0.0.1");
await once(handler, "listening");

interface Load {
  readonly name: string;
  readonly limitMb: number;
  run(port: number): Promise<Record<string, number>>;
}

const loads: readonly Load[] = [
  { name: "1,000 slow senders, 4 KB each", limitMb: 150, run: (port) => slowSenders(port, 4 * 1024) },
  { name: "1,000 slow senders, 60 KB each", limitMb: 150, run: (port) => slowSenders(port, 60 * 1024) },
  { name: "1,000 slow senders, 250 KB each", limitMb: 150, run: (port) => slowSenders(port, 250 * 1024) },
  { name: "one body of 200 MB", limitMb: 64, run: oneBody },
];

console.log(`Node ${process.version}, ${cpus()[0]?.model} x${cpus().length}`);
let missed = 0;
for (const load of loads) {
  const { grownMb, answers } = await measure(load);
  const over = grownMb >= load.limitMb;
  if (over) missed += 1;
  const counted = Object.entries(answers).map(([status, count]) => `${count} x ${status}`);
  console.log(
    `${load.name.padEnd(32)} +${grownMb.toFixed(1).padStart(6)} MB  (less than ${load.limitMb}${over ? ": MISSED" : ""})  ${counted.join(", ")}`,
  );
}
handler.close();
handler.closeAllConnections();
process.exitCode = missed > 0 ? 1 : 0;

/** A program of its own for each load, warmed up by a few deliveries. */
async function measure({ run }: Load): Promise<{ grownMb: number; answers: Record<string, number> }> {
  const dir = mkdtempSync(join(tmpdir(), "hookspool-memory-"));
  const target = String((handler.address() as AddressInfo).port);
  const words = [bin, target, "--tunnel", "none", "--json", "--no-inspector", "--dir", dir];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await portOf(child.stdout);
    child.stdout.resume();
    for (let i = 0; i < 50; i += 1) await (await send(port, 2 * 1024))();
    await wait(1_500);
    const pid = child.pid as number;
    const before = memory(pid, "VmRSS");
    // The highest mark begins anew.
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
    const answers = await run(port);
    return { grownMb: (memory(pid, "VmHWM") - before) / MB, answers };
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
    rmSync(dir, { recursive: true, force: true });
  }
}

async function portOf(output: NodeJS.ReadableStream): Promise<number> {
  for (let text = ""; ; ) {
    const [data] = (await once(output, "data")) as [Buffer];
    text += data.toString();
    const local = /"type":"ready".*"local":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(text)?.[1];
    if (local !== undefined) return Number(local);
  }
}

/** All but the last tenth is sent in ten pieces over 4 s; when all wait for it, the rest follows. */
async function slowSenders(port: number, size: number): Promise<Record<string, number>> {
  const finishers = await Promise.all(Array.from({ length: 1_000 }, () => send(port, size, 400)));
  const answers: Record<string, number> = {};
  for (const status of await Promise.all(finishers.map((finish) => finish())))
    answers[status] = (answers[status] ?? 0) + 1;
  return answers;
}

async function oneBody(port: number): Promise<Record<string, number>> {
  const finish = await send(port, 200 * MB, 0, 2_000);
  return { [await finish()]: 1 };
}

/** Sends a body but for its last piece; what it returns sends that, and gives the status. */
async function send(port: number, size: number, pauseMs = 0, pieces = 10): Promise<() => Promise<number>> {
  const sending = request({
    agent,
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/",
    headers: { "Content-Length": size },
  });
  const answered = once(sending, "response").then(([response]) => {
    response.resume();
    return response.statusCode as number;
  });
  // Who was turned away need not send the rest.
  const failed = new Promise<number>((resolve) => sending.once("error", () => resolve(0)));
  const status = Promise.race([answered.catch(() => 0), failed]);
  let isAnswered = false;
  void status.then(() => {
    isAnswered = true;
  });
  const piece = Math.ceil(size / pieces);
  for (let sent = piece; sent < size && !isAnswered; sent += piece) {
    const goesOn = sending.write(Buffer.alloc(piece, "x"));
    if (!goesOn && pieces > 10) await Promise.race([once(sending, "drain"), status]);
    if (pauseMs > 0) await wait(pauseMs);
  }
  return () => {
    if (isAnswered) sending.destroy();
    else sending.end(Buffer.alloc(size - piece * (Math.ceil(size / piece) - 1), "x"));
    return status;
  };
}

/** From /proc, in bytes. */
function memory(pid: number, field: "VmRSS" | "VmHWM"): number {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(
    readFileSync(`/proc/${pid}/status`, "utf8"),
  )?.[1];
  return Number(kilobytes) * 1024;
}
