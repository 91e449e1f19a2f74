import type { Socket } from "node:net";

interface SlowBodiesOptions {
  /** Between two pieces, in ms. */
  readonly idleMs: number;
  /** For all of it, in ms. */
  readonly requestMs: number;
  readonly onIdle: (socket: Socket) => void;
  readonly onLate: (socket: Socket) => void;
}

/** Finds the connections that take too long over a request's body. */
export interface SlowBodies {
  watch(socket: Socket): void;
  /** The body has come, or nobody waits for it any longer. */
  complete(socket: Socket): void;
  stop(): void;
}

interface Progress {
  /** When it was first seen. */
  readonly since: number;
  /** Bytes of the connection when it was last seen to get on, and when that was. */
  heard: number;
  heardAt: number;
}

/** Looks now and then, since nearly every body has come before a timer of its own would be set. */
export function watchSlowBodies({ idleMs, requestMs, onIdle, onLate }: SlowBodiesOptions): SlowBodies {
  const connections = new Map<Socket, Progress | undefined>();

  function look() {
    const now = performance.now();
    for (const [socket, progress] of connections) {
      if (!progress || socket.bytesRead > progress.heard)
        connections.set(socket, { since: progress?.since ?? now, heard: socket.bytesRead, heardAt: now });
      else if (now - progress.heardAt >= idleMs) give(socket, onIdle);
      if (progress && now - progress.since >= requestMs) give(socket, onLate);
    }
  }

  function give(socket: Socket, to: (socket: Socket) => void) {
    if (connections.delete(socket)) to(socket);
  }

  const timer = setInterval(look, Math.min(1_000, idleMs / 4));
  timer.unref();

  return {
    watch: (socket) => void connections.set(socket, undefined),
    complete: (socket) => void connections.delete(socket),
    stop: () => clearInterval(timer),
  };
}
