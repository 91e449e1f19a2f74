import { setTimeout as wait } from "node:timers/promises";
import type { StoredBody } from "../core/ports.ts";
import { mediaPortsIn, startMediaServer } from "../media/server.ts";

/** A handler that answers first and fetches afterwards still finds the outputs. */
export const KEEP_SERVING_MS = 500;

/** Downloads that have begun may end. */
export const DOWNLOAD_GRACE_MS = 2_000;

/** A forged payload is smaller; what is larger points at no media of ours. */
const LARGEST_SEARCHED_BYTES = 1024 ** 2;

/**
 * Serves the outputs of forged deliveries again, where their payloads say that they are. A port that somebody
 * else has by now is left to them.
 */
export async function serveOutputsOf(bodies: readonly StoredBody[]): Promise<{ close(): Promise<void> }> {
  const small = bodies.filter(({ size }) => size <= LARGEST_SEARCHED_BYTES);
  const ports = new Set(small.flatMap((body) => mediaPortsIn(body.bytes())));
  const started = await Promise.all(
    [...ports].map((port) => startMediaServer({ port }).catch(() => undefined)),
  );
  const servers = started.filter((server) => server !== undefined);
  return {
    async close() {
      if (servers.length > 0) await wait(KEEP_SERVING_MS);
      await Promise.all(servers.map((server) => server.close(DOWNLOAD_GRACE_MS)));
    },
  };
}
