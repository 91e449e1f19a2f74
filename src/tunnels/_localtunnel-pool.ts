import type { Socket } from "node:net";
import type { TunnelCluster } from "localtunnel/lib/Tunnel.js";

interface PoolObserver {
  /** The first connection of the pool stands. */
  onOpen(): void;
  /** There is no connection, and none comes about. */
  onLost(reason: string): void;
}

/** How long the first connection may take, in ms: registration and this stay below a supervisor's patience. */
const FIRST_MS = 2_500;
/** How long the pool may be empty afterwards. */
const EMPTY_MS = 5_000;
/** A connection that ended sooner than this, having carried nothing, is not replaced at once. */
const STILLBORN_MS = 1_000;
/** When it is: well within the second after which a server gives up a tunnel without connections. */
const PACE_MS = 400;
/** Routers forget connections that are silent for a few minutes. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Watches the library's pool of connections to the server, and keeps it from what it does on its own: spinning
 * when a server takes connections only to close them, and mixing two requests up on one connection.
 */
export function watchPool(cluster: TunnelCluster, { onOpen, onLost }: PoolObserver): void {
  let open = 0;
  let stillborn = false;
  let empty = setTimeout(() => onLost("no connection to the server came about"), FIRST_MS);

  const openAnother = cluster.open.bind(cluster);
  cluster.open = () => {
    if (stillborn) setTimeout(openAnother, PACE_MS);
    else openAnother();
  };
  cluster.once("open", onOpen);
  cluster.on("open", (remote) => {
    open += 1;
    clearTimeout(empty);
    const since = performance.now();
    remote.setKeepAlive(true, KEEP_ALIVE_MS);
    remote.once("pipe", (local: Socket) => keepApart(remote, local));
    remote.once("close", () => {
      open -= 1;
      stillborn = remote.bytesRead === 0 && performance.now() - since < STILLBORN_MS;
      if (open === 0) empty = setTimeout(() => onLost("all connections to the server broke off"), EMPTY_MS);
    });
  });
}

/** One connection from the server is one connection to the capture endpoint, or none at all. */
function keepApart(remote: Socket, local: Socket): void {
  // The library would connect again and hand over the rest of the broken request as if it began another.
  local.once("error", () => remote.destroy());
  // What is said before anything was asked (408 to a connection that waited too long) would be taken for the
  // answer to the next delivery.
  local.prependOnceListener("data", () => {
    if (remote.bytesRead === 0) remote.destroy();
  });
}
