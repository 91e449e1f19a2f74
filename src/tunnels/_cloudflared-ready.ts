import { setTimeout as delay } from "node:timers/promises";
import { get } from "./_get.ts";

const READY_EVERY_MS = 400;
const READY_TIMEOUT_MS = 2_000;

/** Resolves, with the address, once a connection to Cloudflare stands. */
export async function connected(address: string, signal: AbortSignal): Promise<string> {
  while (!(await isReady(address))) await delay(READY_EVERY_MS / 2, undefined, { signal });
  return address;
}

interface Watching {
  /** The address of its metrics server: `127.0.0.1:20241`. */
  readonly metrics: string;
  /** What it logged, newest last. */
  readonly log: readonly string[];
  readonly hear: (broken: string | null) => void;
  readonly signal: AbortSignal;
}

/** Asks until the signal aborts, and tells of each change. */
export async function watchConnection({ metrics, log, hear, signal }: Watching): Promise<void> {
  let stood = true;
  while (!signal.aborted) {
    await delay(READY_EVERY_MS, undefined, { signal }).catch(() => {});
    const stands = await isReady(metrics);
    if (signal.aborted || stands === stood) continue;
    stood = stands;
    const last = log.findLast((line) => / (?:ERR|WRN) /.test(line))?.replace(/^\S+ \S+ /, "");
    hear(stands ? null : `cloudflared has no connection to Cloudflare${last ? `: ${last}` : ""}`);
  }
}

/** cloudflared answers 200 while at least one connection stands, 503 otherwise. */
async function isReady(address: string): Promise<boolean> {
  const url = new URL(`http://${address}/ready`);
  const answer = await get(url, { headers: {}, timeoutMs: READY_TIMEOUT_MS }).catch(() => undefined);
  return answer?.status === 200;
}
