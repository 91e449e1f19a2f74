import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/**
 * A localtunnel server: names on its API, a pool of TCP connections for each name, and public requests spliced
 * onto them byte for byte. Its faults can be switched on.
 *
 * @see https://github.com/localtunnel/server
 */
export interface LocaltunnelServer {
  /** What `--tunnel-host` takes. */
  readonly host: string;
  /** The names asked for, in order; `null` for "any". */
  readonly registrations: readonly (string | null)[];
  /** Emits `registration` and `freed`, each with the name. */
  readonly events: EventEmitter<{ registration: [name: string | null]; freed: [name: string] }>;
  /** How the next registrations are answered. */
  answer: RegistrationAnswer;
  /** Whether connections to the pools are closed as soon as they stand. */
  slams: boolean;
  /** What answers public requests in the tunnels' stead: a whole HTTP response, or nobody. */
  impostor: string | null;
  /** How many connections the pools have been given so far. */
  readonly joins: number;
  /** What came out of a tunnel before anything had been asked through it. */
  readonly unasked: readonly string[];
  /** Gives a name to somebody else. */
  occupy(name: string): void;
  /** Forgets everything, and comes back at the same address. */
  restart(): Promise<void>;
  /** From now on nothing flows through the tunnels that are open; their connections stay. */
  goSilent(): void;
  close(): Promise<void>;
}

type RegistrationAnswer =
  | { readonly kind: "tunnel" }
  | { readonly kind: "hang" }
  | { readonly kind: "plain"; readonly status: number; readonly headers?: string; readonly body?: string };

interface Client {
  readonly name: string;
  readonly pool: Server;
  readonly sockets: Set<Socket>;
  /** Connections that wait for a request. */
  readonly idle: Socket[];
  /** Requests that wait for a connection. */
  readonly queue: ((socket: Socket) => void)[];
  grace: NodeJS.Timeout | undefined;
  silent: boolean;
}

const DOMAIN = "tunnel.localhost";
const MAX_CONNECTIONS = 10;
const GRACE_MS = 1_000;
const QUEUE_MS = 5_000;

export async function startLocaltunnelServer(): Promise<LocaltunnelServer> {
  const clients = new Map<string, Client>();
  const occupied = new Set<string>();
  const registrations: (string | null)[] = [];
  const unasked: string[] = [];
  const events: LocaltunnelServer["events"] = new EventEmitter();
  const connections = new Set<Socket>();
  let serial = 0;
  let joins = 0;

  const server = createServer((socket) => {
    keep(socket, connections);
    void readHead(socket).then(
      (head) => serve(socket, head),
      () => socket.destroy(),
    );
  });
  const port = await listen(server, 0);
  const host = `http://${DOMAIN}:${port}`;

  const self: LocaltunnelServer = {
    host,
    registrations,
    events,
    unasked,
    slams: false,
    impostor: null,
    get joins() {
      return joins;
    },
    answer: { kind: "tunnel" },
    occupy: (name) => void occupied.add(name),
    async restart() {
      await stop();
      await listen(server, port);
    },
    goSilent() {
      for (const client of clients.values()) client.silent = true;
      for (const client of clients.values()) for (const socket of client.sockets) hush(socket);
      for (const socket of connections) hush(socket);
    },
    close: stop,
  };
  return self;

  async function serve(socket: Socket, head: Buffer): Promise<void> {
    const text = head.toString("latin1");
    const [, path = "/"] = text.split(" ", 2);
    const name = /\r\nhost: *([^\r:]+)/i.exec(text)?.[1]?.replace(`.${DOMAIN}`, "") ?? "";
    if (name === DOMAIN) return register(socket, path === "/?new" ? null : path.slice(1));
    if (self.impostor !== null) return void socket.end(self.impostor);
    const client = clients.get(name);
    if (!client) return answer(socket, 404, "Not Found", `no tunnel "${name}"`);
    if (client.silent) return hush(socket);
    const remote = await freeConnection(client);
    if (!remote) return answer(socket, 504, "Gateway Timeout", "no connection is free");
    splice(socket, head, remote);
  }

  async function register(socket: Socket, wanted: string | null): Promise<void> {
    registrations.push(wanted);
    events.emit("registration", wanted);
    const { answer: how } = self;
    if (how.kind === "hang") return;
    if (how.kind === "plain") return answer(socket, how.status, "As Told", how.body ?? "", how.headers);
    const name = wanted === null || isTaken(wanted) ? `name-${++serial}` : wanted;
    const client = await open(name);
    const url = `http://${name}.${DOMAIN}:${port}`;
    const body = { id: name, port: portOf(client.pool), max_conn_count: MAX_CONNECTIONS, url };
    answer(socket, 200, "OK", JSON.stringify(body), "Content-Type: application/json\r\n");
  }

  function isTaken(name: string): boolean {
    return occupied.has(name) || clients.get(name)?.silent === false;
  }

  async function open(name: string): Promise<Client> {
    const sockets = new Set<Socket>();
    const pool = createServer((socket) => join(client, socket));
    const client: Client = { name, pool, sockets, idle: [], queue: [], grace: undefined, silent: false };
    clients.get(name)?.pool.close();
    clients.set(name, client);
    await listen(pool, 0);
    free(client);
    return client;
  }

  function join(client: Client, socket: Socket): void {
    keep(socket, client.sockets);
    if (client.silent) return void hush(socket);
    joins += 1;
    if (self.slams || client.sockets.size > MAX_CONNECTIONS) return void socket.destroy();
    clearTimeout(client.grace);
    socket.setNoDelay(true);
    socket.once("close", () => {
      remove(client.idle, socket);
      if (client.sockets.size === 0) free(client);
    });
    const next = client.queue.shift();
    if (next) return void next(socket);
    client.idle.push(socket);
    socket.on("data", (bytes) => unasked.push(bytes.toString("latin1")));
  }

  /** A name without a connection is given to somebody else after a while. */
  function free(client: Client): void {
    clearTimeout(client.grace);
    client.grace = setTimeout(() => {
      client.pool.close();
      if (clients.get(client.name) !== client) return;
      clients.delete(client.name);
      events.emit("freed", client.name);
    }, GRACE_MS);
    client.grace.unref();
  }

  function freeConnection(client: Client): Promise<Socket | undefined> {
    const socket = client.idle.shift();
    if (socket) return Promise.resolve(socket);
    return new Promise((resolve) => {
      const take = (socket: Socket) => {
        clearTimeout(timer);
        resolve(socket);
      };
      const timer = setTimeout(() => {
        remove(client.queue, take);
        resolve(undefined);
      }, QUEUE_MS);
      client.queue.push(take);
    });
  }

  async function stop(): Promise<void> {
    const servers = [server, ...[...clients.values()].map(({ pool }) => pool)];
    for (const { grace, sockets } of clients.values()) {
      clearTimeout(grace);
      for (const socket of sockets) socket.destroy();
    }
    clients.clear();
    for (const socket of connections) socket.destroy();
    await Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))));
  }
}

/** From here on the bytes of the one are the bytes of the other. */
function splice(socket: Socket, head: Buffer, remote: Socket): void {
  remote.removeAllListeners("data");
  remote.write(head);
  socket.pipe(remote).pipe(socket);
  socket.once("close", () => remote.destroy());
  remote.once("close", () => socket.end());
}

function hush(socket: Socket): void {
  socket.unpipe();
  socket.removeAllListeners("data");
  socket.pause();
}

/** Everything that has arrived when the head is complete: the head, and what follows it. */
function readHead(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const onData = (bytes: Buffer) => {
      head = Buffer.concat([head, bytes]);
      if (!head.includes("\r\n\r\n")) return;
      socket.off("data", onData);
      socket.pause();
      resolve(head);
    };
    socket.on("data", onData);
    socket.once("close", reject);
  });
}

function answer(socket: Socket, status: number, statusText: string, body: string, headers = ""): void {
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status} ${statusText}\r\n${headers}Connection: close\r\nContent-Length: ${length}\r\n\r\n${body}`,
  );
}

function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  // A connection that breaks is closed; that is all that is to be said of it.
  socket.on("error", () => {});
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return portOf(server);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at !== -1) list.splice(at, 1);
}
