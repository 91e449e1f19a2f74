import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { atTheEnd, temporaryFolder } from "./cleanup.ts";

export const bin = fileURLToPath(new URL("../../bin/hookspool.js", import.meta.url));

/** One line of `--json`. */
export type Line = { readonly v: 1; readonly type: string } & Record<string, unknown>;

interface RunOptions {
  /** The data directory; a new one if not given. */
  readonly dir?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in; nothing can be read where it is not given. */
  readonly input?: string | Uint8Array;
  /** Leave `--dir` out, for where it is the matter. */
  readonly noDir?: boolean;
  /** As the leader of a process group, which `killGroup` ends. */
  readonly ownGroup?: boolean;
  /** Keep no lines but the first, where there are many. */
  readonly forgetLines?: boolean;
  /** Started by these words: a shell with a limit, say. */
  readonly under?: readonly string[];
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly bytes: Buffer;
  readonly stderr: string;
  /** stdout read as JSON lines; throws where it is not. */
  lines(): Line[];
}

const home = temporaryFolder();

/** Nothing of the machine's own settings. */
function environment(own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, ...own };
}

function start(
  args: readonly string[],
  { dir, cwd, env, input, noDir, ownGroup = false, under = [] }: RunOptions,
): ChildProcess {
  const words = noDir ? args : [args[0] ?? "", "--dir", dir ?? temporaryFolder(), ...args.slice(1)];
  const [program = "", ...rest] = [...under, process.execPath, bin, ...words];
  const child = spawn(program, rest, {
    cwd: cwd ?? home,
    env: environment(env),
    detached: ownGroup,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(input);
  atTheEnd(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  });
  return child;
}

export const parseLines = (text: string): Line[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));

/** Runs a command to its end. */
export async function hookspool(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = start(args, options);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr?.on("data", (bytes: Buffer) => err.push(bytes));
  const [code] = (await once(child, "close")) as [number | null];
  const bytes = Buffer.concat(out);
  const stdout = bytes.toString("utf8");
  return {
    code,
    stdout,
    bytes,
    stderr: Buffer.concat(err).toString("utf8"),
    lines: () => parseLines(stdout),
  };
}

/** A running command that prints JSON lines. */
export interface Running {
  readonly pid: number;
  readonly dir: string;
  readonly lines: Line[];
  readonly stderr: () => string;
  /** Hears nothing more of it, as a terminal that was closed. */
  closeStderr(): void;
  /** Resolves with the first line, past or to come, that fits. */
  line(fits: (line: Line) => boolean): Promise<Line>;
  /** Resolves with the first attempt at a delivery. */
  attempt(delivery: number): Promise<Line>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL to all that belongs to it, where it was started with `ownGroup`. */
  killGroup(): void;
  /** Exit code, or the signal's name. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** A running `listen --json`. */
export interface Listening extends Running {
  /** The capture endpoint's. */
  readonly port: number;
}

/** Starts `hookspool <target> --tunnel none --json` and waits until it is ready. */
export async function startListen(
  target: string | number,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Listening> {
  const running = startRunning([String(target), "--tunnel", "none", ...args], options);
  const ready = await running.line(({ type }) => type === "ready");
  return { ...running, port: Number(new URL(String(ready.local)).port) };
}

/** Starts a command with `--json` that goes on until it is stopped. */
export function startRunning(args: readonly string[], options: RunOptions = {}): Running {
  const dir = options.dir ?? temporaryFolder();
  const child = start([...args, "--json"], { ...options, dir });
  const lines: Line[] = [];
  const watchers = new Set<(line: Line | undefined) => void>();
  let stderr = "";
  child.stderr?.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    if (!options.forgetLines || lines.length === 0) lines.push(line);
    for (const watch of watchers) watch(line);
  });
  const exited = (once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>).then(
    ([code, signal]) => {
      for (const watch of watchers) watch(undefined);
      return signal ?? code;
    },
  );

  const line = (fits: (line: Line) => boolean) =>
    new Promise<Line>((resolve, reject) => {
      const past = lines.find(fits);
      if (past) return resolve(past);
      const watch = (line: Line | undefined) => {
        if (line && !fits(line)) return;
        watchers.delete(watch);
        if (line) resolve(line);
        else reject(new Error(`hookspool ended before it said so: ${stderr}`));
      };
      watchers.add(watch);
    });

  return {
    pid: child.pid ?? 0,
    dir,
    lines,
    stderr: () => stderr,
    closeStderr: () => void child.stderr?.destroy(),
    line,
    attempt: (delivery) => line((line) => line.type === "attempt" && line.delivery === delivery),
    signal: (signal) => void child.kill(signal),
    killGroup: () => void process.kill(-(child.pid as number), "SIGKILL"),
    exited,
    stop() {
      child.kill("SIGINT");
      return exited;
    },
  };
}
