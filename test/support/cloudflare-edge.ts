import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The other side of the stand-in for `cloudflared`: gives names, and takes public requests for them. */
export interface CloudflareEdge {
  /** What `CLOUDFLARED_BIN` is set to. */
  readonly program: string;
  /** Where the named tunnel leads from. */
  readonly namedUrl: string;
  /** How quick tunnels are asked for: answered, refused or left waiting. */
  answer: "tunnel" | "429" | "1101" | "hang";
  /** What answers public requests in the tunnels' stead: a whole HTTP response, or nobody. */
  impostor: string | null;
  goSilent(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Well within what the program takes for silence. */
const PING_MS = 200;

export async function startCloudflareEdge(): Promise<CloudflareEdge> {
  const folder = mkdtempSync(join(tmpdir(), "hookspool-cloudflared-"));
  const controls = new Map<string, Socket>();
  const waiting = new Map<string, Socket>();
  const sockets = new Set<Socket>();
  let serial = 0;
  let port = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    socket.once("data", (bytes) => {
      socket.pause();
      const text = bytes.toString("latin1");
      const [, word, id = ""] = /^(CONTROL|DATA) (\S+)\n/.exec(text) ?? [];
      if (word === "CONTROL") return control(id, socket);
      if (word === "DATA") return data(id, socket);
      const host = /\r\nhost: *([^\r]+)/i.exec(text)?.[1] ?? "";
      if (host === "api") return give(socket);
      deliver(host.split(".")[0] ?? "", socket, bytes);
    });
  });

  function control(name: string, socket: Socket): void {
    controls.set(name, socket);
    socket.write("REGISTERED\n");
    const pinging = setInterval(() => {
      if (!silent.has(socket)) socket.write("PING\n");
    }, PING_MS);
    socket.once("close", () => {
      clearInterval(pinging);
      if (controls.get(name) === socket) controls.delete(name);
    });
    socket.resume();
  }

  function data(id: string, socket: Socket): void {
    const sender = waiting.get(id);
    waiting.delete(id);
    if (!sender) {
      socket.destroy();
      return;
    }
    sender.pipe(socket).pipe(sender);
    sender.once("close", () => socket.destroy());
    socket.once("close", () => sender.destroy());
  }

  function give(socket: Socket): void {
    const { answer } = self;
    if (answer === "429") respond(socket, "429 Too Many Requests", "error code: 1015");
    if (answer === "1101") respond(socket, "500 Internal Server Error", "error code: 1101");
    if (answer !== "tunnel") return;
    serial += 1;
    const name = `quick-${serial}`;
    respond(socket, "200 OK", JSON.stringify({ name, url: urlOf(name) }));
  }

  function deliver(name: string, socket: Socket, head: Buffer): void {
    if (self.impostor !== null) {
      socket.end(self.impostor);
      return;
    }
    const way = controls.get(name);
    if (!way) {
      respond(socket, "530 Origin Down", "error code: 1033");
      return;
    }
    serial += 1;
    socket.unshift(head);
    waiting.set(String(serial), socket);
    if (!silent.has(way)) way.write(`OPEN ${serial}\n`);
  }

  const silent = new WeakSet<Socket>();
  const urlOf = (name: string) => `http://${name}.edge.localhost:${port}`;
  const self: CloudflareEdge = {
    program: join(folder, "cloudflared"),
    get namedUrl() {
      return urlOf("named");
    },
    answer: "tunnel",
    impostor: null,
    goSilent() {
      for (const socket of sockets) {
        silent.add(socket);
        socket.unpipe();
        socket.pause();
      }
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
    async close() {
      await self.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await self.start();
  const script = fileURLToPath(new URL("./cloudflared.ts", import.meta.url));
  writeFileSync(self.program, `#!/bin/sh\nexec "${process.execPath}" "${script}" ${port} "$@"\n`);
  chmodSync(self.program, 0o755);
  return self;
}

function respond(socket: Socket, status: string, body: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}
