import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { atTheEnd } from "./cleanup.ts";
import { createMessageReader, type Message } from "./messages.ts";

/** What a handler answers: bytes, or whatever it does to its connection. */
export type Answer = string | Uint8Array | ((socket: Socket, request: Message) => void);

export const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

export const failing = "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nsorry";

interface HandlerOptions {
  readonly host?: string;
  readonly forgetBodies?: boolean;
  /** Keep no requests, where there are many. */
  readonly forgetRequests?: boolean;
  /** The port to listen on; a free one if not given. */
  readonly port?: number;
  readonly onConnection?: (socket: Socket) => void;
}

/** A handler made of a bare socket: it keeps exactly what it was sent, and answers exactly what it is told to. */
export interface RawHandler {
  readonly port: number;
  /** For `--to` and the like. */
  readonly url: string;
  readonly requests: Message[];
  readonly connections: Socket[];
  answer: Answer;
  /** The next request that has not been asked for yet. */
  next(): Promise<Message>;
  close(): Promise<void>;
}

export async function startHandler(
  answer: Answer = ok,
  {
    host = "127.0.0.1",
    forgetBodies = false,
    forgetRequests = false,
    port: wanted = 0,
    onConnection = () => {},
  }: HandlerOptions = {},
): Promise<RawHandler> {
  const requests: Message[] = [];
  const connections: Socket[] = [];
  const waiting: ((request: Message) => void)[] = [];
  let given = 0;

  const server = createServer({ noDelay: true }, (socket) => {
    connections.push(socket);
    onConnection(socket);
    socket.on("error", () => {});
    const reader = createMessageReader({ kind: "request", forgetBodies });
    socket.on("data", (bytes) => {
      for (const request of reader.push(bytes)) {
        if (!forgetRequests) requests.push(request);
        if (waiting.length > 0) {
          given += 1;
          waiting.shift()?.(request);
        }
        const { answer } = handler;
        if (typeof answer === "function") answer(socket, request);
        else socket.write(typeof answer === "string" ? Buffer.from(answer, "latin1") : answer);
      }
    });
  });
  server.listen(wanted, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const handler: RawHandler = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    connections,
    answer,
    next() {
      const request = requests[given];
      if (request) {
        given += 1;
        return Promise.resolve(request);
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    async close() {
      for (const socket of connections) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
  atTheEnd(() => handler.close());
  return handler;
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
