import type { StoredBody } from "../core/ports.ts";
import { type MediaServer, mediaPortsIn, startMediaServer } from "../media/server.ts";

/** A handler that answers first and fetches afterwards still finds the outputs. */
export const KEEP_SERVING_MS = 500;

/** Downloads that have begun may end. */
export const DOWNLOAD_GRACE_MS = 2_000;

/** A forged payload is smaller; what is larger points at no media of ours. */
const LARGEST_SEARCHED_BYTES = 1024 ** 2;

/** The files that forged deliveries point at, which nobody but hookspool serves. */
export interface Outputs {
  /** Serves those of deliveries that are yet to be forged: the same server each time. */
  forNew(): Promise<MediaServer>;
  /**
   * Serves those of earlier ones again, where the payloads say that they are; says whether there are any. A port
   * that somebody else has by now is left to them.
   */
  serveAgain(bodies: readonly StoredBody[]): Promise<boolean>;
  close(): Promise<void>;
}

export function createOutputs(): Outputs {
  const again = new Map<number, Promise<MediaServer | undefined>>();
  let forNew: Promise<MediaServer> | undefined;

  return {
    forNew: () => (forNew ??= startMediaServer({ port: 0 })),
    async serveAgain(bodies) {
      const small = bodies.filter(({ size }) => size <= LARGEST_SEARCHED_BYTES);
      const ports = new Set(small.flatMap((body) => mediaPortsIn(body.bytes())));
      const servers = [...ports].map((port) => {
        const server = again.get(port) ?? startMediaServer({ port }).catch(() => undefined);
        again.set(port, server);
        return server;
      });
      return (await Promise.all(servers)).some((server) => server !== undefined);
    },
    async close() {
      const servers = await Promise.all([forNew?.catch(() => undefined), ...again.values()]);
      await Promise.all(servers.map((server) => server?.close(DOWNLOAD_GRACE_MS)));
    },
  };
}
