/** Servers as child processes: started on a core of their own, asked what they cost, ended. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { cpus } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

/** The one under test has a core to itself; what loads it and what it forwards to share the other. */
export type Side = "contender" | "load";

export interface Server {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it has written to stderr, for when it does not come up. */
  readonly stderr: () => string;
  stop(): Promise<void>;
}

interface StartOptions {
  readonly side: Side;
  readonly port?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What a program is asked to end itself with, before it is ended. */
const PATIENCE_MS = 3_000;

const COME_UP_MS = 20_000;

const canPin = cpus().length > 1 && spawnSync("taskset", ["--version"]).status === 0;

let pinned = true;

/** Lets everything run wherever the system puts it. */
export function unpin(): void {
  pinned = false;
}

export const isPinned = () => pinned && canPin;

/** A command, bound to its side's core where the system can. */
export function onSide(side: Side, command: string, args: readonly string[]): [string, string[]] {
  if (!isPinned()) return [command, [...args]];
  return ["taskset", ["-c", side === "contender" ? "0" : "1", command, ...args]];
}

/** Starts a server; resolves once its port takes connections. */
export async function startServer(
  command: string,
  args: readonly string[],
  { side, port, cwd, env }: StartOptions,
): Promise<Server> {
  const [file, words] = onSide(side, command, args);
  const child = spawn(file, words, { cwd, env: env ?? process.env, stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(child, "exit").catch(() => {});
  // A bench that breaks off leaves nothing running.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => (stderr = (stderr + bytes.toString()).slice(-4_000)));
  child.on("error", (error) => (stderr += String(error)));
  const server: Server = {
    process: child,
    pid: child.pid ?? 0,
    stderr: () => stderr,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await exited;
      clearTimeout(late);
    },
  };
  try {
    if (port !== undefined) await untilOpen(port, () => child.exitCode === null && child.pid !== undefined);
  } catch (error) {
    await server.stop();
    throw new Error(`${command} did not come up: ${stderr}`, { cause: error });
  }
  return server;
}

async function untilOpen(port: number, isAlive: () => boolean): Promise<void> {
  const deadline = performance.now() + COME_UP_MS;
  while (performance.now() < deadline && isAlive()) {
    if (await isOpen(port)) return;
    await wait(20);
  }
  throw new Error(`port ${port} stayed closed`);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}

/** A port that is free right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** What a process and those it started have used. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** `undefined` where the system has no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const parents = new Map<number, { parent: number; usage: Usage }>();
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const process = readProcess(Number(name));
      if (process) parents.set(Number(name), process);
    }
    let cpuMs = 0;
    let rssBytes = 0;
    for (const [own, { usage }] of parents) {
      if (!descends(own, pid, parents)) continue;
      cpuMs += usage.cpuMs;
      rssBytes += usage.rssBytes;
    }
    return { cpuMs, rssBytes };
  } catch {
    return undefined;
  }
}

function descends(pid: number, ancestor: number, parents: Map<number, { parent: number }>): boolean {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)?.parent)
    if (at === ancestor) return true;
  return false;
}

/** Linux counts CPU in hundredths of a second and memory in pages of 4 KiB. */
function readProcess(pid: number): { parent: number; usage: Usage } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may contain anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const at = (field: number) => Number(fields[field]);
    return { parent: at(1), usage: { cpuMs: (at(11) + at(12)) * 10, rssBytes: at(21) * 4096 } };
  } catch {
    // Gone since it was listed.
    return undefined;
  }
}
