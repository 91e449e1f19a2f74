import type { Socket } from "node:net";

interface SlowHeadsOptions {
  /** How long a head may take from its first byte, in ms. */
  readonly limitMs: number;
  readonly onLate: (socket: Socket) => void;
}

/** Finds the connections that drip a request's head. */
export interface SlowHeads {
  /** `heard`: how many of its bytes were of earlier requests. */
  watch(socket: Socket, heard: number): void;
  /** The head has come; whatever follows is not a head until {@link answered}. */
  complete(socket: Socket): void;
  answered(socket: Socket): void;
  stop(): void;
}

interface Progress {
  inRequest: boolean;
  /** Bytes read when the last request ended: what comes beyond is the next head. */
  heard: number;
  /** When the head was first seen to have begun. */
  since: number | undefined;
}

/**
 * Node's own limit counts from the connection, and would cut off those that a tunnel's client keeps open for
 * requests to come. Here a connection that has said nothing may wait.
 */
export function watchSlowHeads({ limitMs, onLate }: SlowHeadsOptions): SlowHeads {
  const connections = new Map<Socket, Progress>();

  function look() {
    const now = performance.now();
    for (const [socket, progress] of connections) {
      const dripping = !progress.inRequest && socket.bytesRead > progress.heard;
      progress.since = dripping ? (progress.since ?? now) : undefined;
      if (progress.since === undefined || now - progress.since < limitMs) continue;
      connections.delete(socket);
      onLate(socket);
    }
  }

  const timer = setInterval(look, Math.min(1_000, limitMs / 4));
  timer.unref();

  return {
    watch(socket, heard) {
      connections.set(socket, { inRequest: false, heard, since: undefined });
      socket.once("close", () => connections.delete(socket));
    },
    complete(socket) {
      const progress = connections.get(socket);
      if (progress) progress.inRequest = true;
    },
    answered(socket) {
      const progress = connections.get(socket);
      if (!progress) return;
      progress.inRequest = false;
      progress.heard = socket.bytesRead;
    },
    stop: () => clearInterval(timer),
  };
}
