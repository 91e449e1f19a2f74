import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Origin } from "../core/delivery.ts";
import type { Observer } from "../core/notice.ts";
import type { DeliveryWriter } from "../core/ports.ts";
import { createAdmission } from "./admission.ts";
import { type CaptureLimits, defaultLimits } from "./capture-limits.ts";
import type { Doorkeeper } from "./credential.ts";
import { createNodeFront, hangUp } from "./node-front.ts";
import type { Pipeline } from "./pipeline.ts";
import { createPlainFront } from "./plain-front.ts";
import type { Room } from "./room.ts";
import { watchSlowBodies } from "./slow-bodies.ts";

interface CaptureOptions {
  readonly origin: Origin;
  readonly pipeline: Pipeline;
  readonly writer: Pick<DeliveryWriter, "openBody">;
  readonly observer: Observer;
  readonly room: Room;
  readonly maxBodyBytes: number;
  /** Only these public paths are let through; empty for all. */
  readonly paths: readonly string[];
  /** Lets in whoever has the credential; everybody where absent. */
  readonly doorkeeper?: Doorkeeper | undefined;
  /** The header field in which the tunnel says by now who sent a request; none is believed where `null`. */
  readonly clientAddressHeader?: () => string | null;
  /** The answer to a probe of our own, or `null` where the request is none. */
  readonly answerProbe: (path: string) => string | null;
  /** Called when a body cannot be kept. */
  readonly onStoreFailure: (error: unknown) => void;
  readonly limits?: Partial<CaptureLimits>;
}

/** For how long a connection that was answered may ask for nothing, in ms. */
const KEEP_ALIVE_MS = 65_000;

export interface Capture {
  /** Listens on the loopback address; 0 picks a free port. Resolves to the port. */
  listen(port: number): Promise<number>;
  /** Takes no more connections; resolves when the requests that are here have been answered. */
  close(): Promise<void>;
  /** Cuts off what is still connected. */
  destroy(): void;
}

/** The HTTP/1.1 server that providers reach: takes a request in, whole and unchanged, and gives it to the pipeline. */
export function createCapture(options: CaptureOptions): Capture {
  const { pipeline, observer, room, maxBodyBytes, answerProbe } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const connections = new Set<Socket>();

  function turnedAway(status: number, reason: string) {
    observer({ type: "turned-away", status, reason, refusal: null, delivery: null });
  }

  const bodies = watchSlowBodies({
    ...limits,
    onIdle: (socket) => socket.destroy(),
    onLate(socket) {
      turnedAway(408, "the request took too long");
      hangUp(socket, 408, limits.lingerMs);
    },
  });
  const shared = { admit: createAdmission(options), keepAliveMs: KEEP_ALIVE_MS, bodies };
  const node = createNodeFront({ ...options, ...shared, limits, turnedAway });
  const plain = createPlainFront({
    ...shared,
    ...{ room, maxBodyBytes },
    isProbe: (path) => answerProbe(path) !== null,
    take: pipeline.take,
    onBrokenOff: () => turnedAway(0, "the sender broke off"),
    handOver: node.accept,
  });

  const server = createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 15_000,
    // A sender may close its half once it has sent all; the answer is still its own to read.
    allowHalfOpen: true,
  });
  server.maxConnections = limits.connections;
  server.on("drop", () => turnedAway(0, `more than ${limits.connections} connections at a time`));
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    plain.accept(socket);
  });

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ port, host: "127.0.0.1", backlog: 1024 }, () => {
          server.off("error", reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    async close() {
      server.close();
      await Promise.all([plain.close(), node.close()]);
      bodies.stop();
    },
    destroy() {
      for (const socket of connections) socket.destroy();
    },
  };
}
