import { readFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

/** The machine and the Node that figures were measured on, in one line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cpu?.model.trim()} × ${cpus().length}, ${memory}, ${distribution()} (${arch()}, kernel ${release()}), Node ${process.version}, SQLite ${process.versions.sqlite ?? "unknown"}`;
}

const LOOK_MS = 1_000;

/** How much of all cores other programs take, in percent: figures of a busy machine say little but their ratios. */
export async function busyPercent(): Promise<number> {
  const before = times();
  await wait(LOOK_MS);
  const after = times();
  return 100 * (1 - (after.idle - before.idle) / (after.all - before.all));
}

function times(): { readonly idle: number; readonly all: number } {
  const spent = cpus().map((cpu) => cpu.times);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { idle: sum(spent.map(({ idle }) => idle)), all: sum(spent.flatMap((one) => Object.values(one))) };
}

function distribution(): string {
  try {
    const named = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"));
    return named?.[1] ?? platform();
  } catch {
    return platform();
  }
}
