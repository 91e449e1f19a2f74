import { readFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";

/** The machine and the Node that figures were measured on, in one line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cpu?.model.trim()} × ${cpus().length}, ${memory}, ${distribution()} (${arch()}, kernel ${release()}), Node ${process.version}, SQLite ${process.versions.sqlite ?? "unknown"}`;
}

function distribution(): string {
  try {
    const named = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"));
    return named?.[1] ?? platform();
  } catch {
    return platform();
  }
}
