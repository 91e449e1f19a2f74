import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPeer } from "../support/peer-packages.ts";
import { onSide } from "../support/processes.ts";

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** As they go over the wire, all of one length. */
  readonly requests: readonly Buffer[];
}

/** How a server did while each connection sent its next request as soon as the last was answered. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests that were not answered, or not with a 2xx. */
  readonly failures: number;
}

const hasWrk = spawnSync("wrk", ["--version"]).error === undefined;

export const loadGenerator = hasWrk ? "wrk, one thread" : "autocannon";

export const closedLoop = (load: Load): Promise<LoadResult> => (hasWrk ? byWrk(load) : byAutocannon(load));

async function byWrk({ port, connections, seconds, requests }: Load): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), "hookspool-load-"));
  try {
    const file = join(folder, "requests");
    writeFileSync(file, Buffer.concat(requests));
    const script = fileURLToPath(new URL("./wrk.lua", import.meta.url));
    const [command, args] = onSide("load", "wrk", [
      ...["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", script],
      ...[`http://127.0.0.1:${port}/`, "--", file, String(requests[0]?.length)],
    ]);
    const output = await outputOf(command, args);
    const line = output.split("\n").find((text) => text.startsWith("{"));
    if (line === undefined) throw new Error(`wrk measured nothing: ${output}`);
    const { requests: count, durationUs, p50Us, p99Us, errors, refused } = JSON.parse(line);
    return {
      requests: count,
      perSecond: ((count - refused) * 1e6) / durationUs,
      p50Ms: p50Us / 1000,
      p99Ms: p99Us / 1000,
      failures: errors + refused,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
  await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  return output;
}

/** The part of autocannon that is used here. */
type Autocannon = (options: object) => Promise<{
  readonly duration: number;
  readonly non2xx: number;
  readonly errors: number;
  readonly "2xx": number;
  readonly latency: { readonly p50: number; readonly p99: number };
}>;

/** It makes every request ready anew for each connection, before it begins. */
const MOST_FOR_AUTOCANNON = 250;

/** Resolves latencies to whole milliseconds only, and takes more of the machine. */
async function byAutocannon({ port, connections, seconds, requests }: Load): Promise<LoadResult> {
  const { default: autocannon } = (await loadPeer("autocannon")) as { default: Autocannon };
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: seconds,
    requests: requests.slice(0, MOST_FOR_AUTOCANNON).map(parsed),
  });
  return {
    requests: result["2xx"] + result.non2xx,
    perSecond: result["2xx"] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors,
  };
}

function parsed(request: Buffer) {
  const end = request.indexOf("\r\n\r\n");
  const [first = "", ...fields] = request.subarray(0, end).toString("latin1").split("\r\n");
  const [method, path] = first.split(" ");
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(": ");
      return [field.slice(0, colon), field.slice(colon + 2)];
    }),
  );
  return { method, path, headers, body: request.subarray(end + 4) };
}
