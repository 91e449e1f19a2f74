import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onSide } from "../support/processes.ts";

export interface Stream {
  readonly port: number;
  /** Requests a second, whatever becomes of those before. */
  readonly rate: number;
  readonly seconds: number;
  readonly requests: readonly Buffer[];
}

export interface StreamResult {
  readonly answered: number;
  /** From the moment a request was due to the end of its answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

/** Sends at a fixed rate, from a process of its own, as senders do who know nothing of each other. */
export async function openLoop({ port, rate, seconds, requests }: Stream): Promise<StreamResult> {
  const folder = mkdtempSync(join(tmpdir(), "hookspool-stream-"));
  try {
    const file = join(folder, "requests");
    writeFileSync(file, Buffer.concat(requests));
    const script = fileURLToPath(new URL("./sender.ts", import.meta.url));
    const length = requests[0]?.length ?? 0;
    const numbers = [port, rate, seconds, length].map(String);
    const [command, args] = onSide("load", process.execPath, [script, file, ...numbers]);
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
    await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
    return JSON.parse(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
