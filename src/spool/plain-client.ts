import http from "node:http";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { INLINE_BODY_BYTES } from "../core/delivery.ts";
import { headerValue } from "../core/headers.ts";
import type { StoredBody } from "../core/ports.ts";
import type { Target } from "../core/target.ts";
import { type Asking, closedError, IDLE_CONNECTION_MS } from "./asking.ts";
import { connectionTo } from "./local-lookup.ts";
import { answerTo } from "./node-client.ts";
import { type PlainAnswer, plainRequestHead, readPlainAnswer } from "./plain-http.ts";
import type { WireRequest } from "./wire.ts";

/** Sends plain requests over kept connections, and reads plain answers; any other answer is read by Node. */
export interface PlainClient {
  /** `undefined`, and nothing is sent, where the request is not plain. */
  ask(target: Target, wire: WireRequest, body: StoredBody): Asking | undefined;
  close(): void;
}

interface Connection {
  readonly socket: Socket;
  /** May lie idle for so long. */
  idleMs: number;
  hasServed: boolean;
  /** Who waits for an answer; nobody on an idle connection. */
  listener: Listener | undefined;
}

interface Listener {
  /** The bytes are good for this call only. Says whether more may come at once. */
  onBytes(bytes: Buffer): boolean;
  /** The other side has said all that it will. */
  onEnd(): void;
  onClose(error: Error | undefined): void;
}

/** With its head, a body of this size is copied into one piece. */
const COPIED_BYTES = 16 * 1024;

/** What arrives together is read into memory that all connections share. */
const READ_BYTES = 64 * 1024;

export function createPlainClient(): PlainClient {
  const memory = Buffer.allocUnsafeSlow(READ_BYTES);
  /** By origin; the one used last is taken first. */
  const idle = new Map<string, Connection[]>();
  let isClosed = false;

  function idleAt({ origin }: Target): Connection[] {
    const known = idle.get(origin);
    if (known) return known;
    const connections: Connection[] = [];
    idle.set(origin, connections);
    return connections;
  }

  function open(target: Target): Connection {
    let problem: Error | undefined;
    const socket = connect({
      ...connectionTo(target),
      noDelay: true,
      onread: {
        buffer: memory,
        callback(length) {
          if (connection.listener) return connection.listener.onBytes(memory.subarray(0, length));
          // Nobody asked for it.
          socket.destroy();
          return false;
        },
      },
    });
    const connection: Connection = {
      socket,
      idleMs: IDLE_CONNECTION_MS,
      hasServed: false,
      listener: undefined,
    };
    socket.setTimeout(connection.idleMs);
    socket.on("timeout", () => void (connection.listener || socket.destroy()));
    socket.on("error", (error) => {
      problem = error;
    });
    socket.on("end", () => connection.listener?.onEnd());
    socket.on("close", () => {
      const waiting = idleAt(target);
      const at = waiting.indexOf(connection);
      if (at !== -1) waiting.splice(at, 1);
      connection.listener?.onClose(problem);
    });
    return connection;
  }

  function take(target: Target): Connection {
    const waiting = idleAt(target);
    for (let kept = waiting.pop(); kept; kept = waiting.pop())
      if (kept.socket.writable && !kept.socket.readableEnded) return kept;
    return open(target);
  }

  function keep(connection: Connection, target: Target) {
    const { socket } = connection;
    connection.listener = undefined;
    connection.hasServed = true;
    // Answered early, the rest of the request need not be sent.
    if (isClosed || socket.destroyed || socket.writableLength > 0 || connection.idleMs <= 0) socket.destroy();
    else idleAt(target).push(connection);
  }

  return {
    ask(target, wire, body) {
      if (target.protocol !== "http:" || body.size > INLINE_BODY_BYTES) return undefined;
      const head = plainRequestHead(wire, body.size);
      if (head === undefined) return undefined;
      const connection = take(target);
      const { socket, hasServed } = connection;
      const { promise: answer, resolve, reject } = Promise.withResolvers<Awaited<Asking["answer"]>>();
      let isOver = false;
      const finish = () => {
        isOver = true;
        keep(connection, target);
      };
      connection.listener = {
        onBytes(bytes) {
          const plain = readPlainAnswer(bytes);
          if (!plain) {
            const reader = readByNode(connection, { finish, resolve, reject });
            connection.listener = reader;
            return reader.onBytes(bytes);
          }
          const idleMs = idleMsAfter(plain);
          if (idleMs !== connection.idleMs) socket.setTimeout(idleMs);
          connection.idleMs = idleMs;
          resolve({ ...plain, body: Buffer.from(plain.body) });
          finish();
          return true;
        },
        onEnd() {},
        onClose: (error) => reject(error ?? closedError()),
      };
      write(socket, head, body.bytes());
      const stop = () => {
        if (isOver) return;
        socket.destroy();
        reject(closedError());
      };
      return { answer, isReused: () => hasServed, stop, leave: stop };
    },
    close() {
      isClosed = true;
      for (const waiting of idle.values()) for (const { socket } of [...waiting]) socket.destroy();
    },
  };
}

function write(socket: Socket, head: string, body: Uint8Array): void {
  if (body.length <= COPIED_BYTES) {
    const message = Buffer.allocUnsafe(head.length + body.length);
    message.write(head, "latin1");
    message.set(body, head.length);
    socket.write(message);
    return;
  }
  socket.cork();
  socket.write(head, "latin1");
  socket.write(body);
  socket.uncork();
}

interface Reading {
  /** The answer has been read, and the connection can be used again. */
  readonly finish: () => void;
  readonly resolve: (answer: Awaited<Asking["answer"]>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gives an answer to Node's parser from its first byte. The request has gone out already: what Node writes of one
 * goes nowhere.
 */
function readByNode(connection: Connection, { finish, resolve, reject }: Reading): Listener {
  const { socket } = connection;
  let hasEnded = false;
  const wire = new Duplex({
    read: () => void socket.resume(),
    write: (_chunk, _encoding, done) => done(),
    destroy(error, done) {
      if (connection.listener === listener) socket.destroy();
      done(error);
    },
  });
  const listener: Listener = {
    onBytes: (bytes) => wire.push(Buffer.from(bytes)),
    onEnd() {
      hasEnded = true;
      wire.push(null);
    },
    onClose: (error) => void wire.destroy(error),
  };
  const request = http.request({ method: "POST", createConnection: () => wire, setHost: false });
  answerTo(request).then((incoming) => {
    incoming.once("end", () => {
      const says = incoming.headers.connection ?? "keep-alive";
      if (!hasEnded && incoming.complete && incoming.httpVersion === "1.1" && /^keep-alive$/i.test(says))
        finish();
      wire.destroy();
    });
    resolve(incoming);
  }, reject);
  request.end();
  return listener;
}

/** A handler that says how long it keeps a connection is believed, with a second to spare. */
function idleMsAfter({ headers }: PlainAnswer): number {
  const seconds = /\btimeout=(\d+)/i.exec(headerValue(headers, "keep-alive") ?? "")?.[1];
  return seconds === undefined
    ? IDLE_CONNECTION_MS
    : Math.min(IDLE_CONNECTION_MS, Number(seconds) * 1000 - 1000);
}
