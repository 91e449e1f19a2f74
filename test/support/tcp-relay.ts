import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way between two ports of this machine that can go silent, or away. */
export interface TcpRelay {
  readonly port: number;
  /** From now on nothing flows over what is open, and nobody is told; new connections work. */
  goSilent(): void;
  /** What has gone silent is given up by its far end. */
  letGo(): void;
  /** What answers new connections instead: a whole HTTP response, or nobody. */
  impostor: string | null;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startTcpRelay(to: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  const farEnds = new WeakSet<Socket>();
  let silent: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (near) => {
    if (relay.impostor !== null) {
      near.on("error", () => {});
      near.resume().end(relay.impostor);
      return;
    }
    const far = connect(to, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.once("close", () => sockets.delete(socket));
    }
    farEnds.add(far);
    near.pipe(far).pipe(near);
    near.once("close", () => far.destroy());
    far.once("close", () => near.destroy());
  });
  let port = 0;
  const relay: TcpRelay = {
    get port() {
      return port;
    },
    impostor: null,
    goSilent() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
      silent = [...sockets];
    },
    letGo() {
      for (const socket of silent) if (farEnds.has(socket)) socket.destroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
    async start() {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      port = (server.address() as AddressInfo).port;
    },
  };
  await relay.start();
  return relay;
}

/** A port that nobody has right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
