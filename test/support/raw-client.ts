import { connect, type Socket } from "node:net";
import { atTheEnd } from "./cleanup.ts";
import { createMessageReader, type Message } from "./messages.ts";

/** A sender made of a bare socket: it sends exactly what it is given. */
export interface RawConnection {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): void;
  /** The next whole answer. Rejects if the connection ends before. */
  answer(options?: { readonly toHead?: boolean }): Promise<Message>;
  /** Resolves with everything that ever came, once the other side has ended it. */
  readonly ended: Promise<Buffer>;
  close(): void;
}

export async function openConnection(port: number, host = "127.0.0.1"): Promise<RawConnection> {
  const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
  let toHead = false;
  const reader = createMessageReader({ kind: "response", bodiless: () => toHead });
  const received: Buffer[] = [];
  const answers: Message[] = [];
  const waiting: { resolve: (message: Message) => void; reject: (error: Error) => void }[] = [];
  const deal = (messages: readonly Message[]) => {
    answers.push(...messages);
    while (answers.length > 0 && waiting.length > 0) waiting.shift()?.resolve(answers.shift() as Message);
  };
  socket.on("data", (bytes: Buffer) => {
    received.push(bytes);
    deal(reader.push(bytes));
  });
  let over = false;
  const ended = new Promise<Buffer>((resolve) => {
    const end = () => {
      over = true;
      deal(reader.end());
      for (const { reject } of waiting.splice(0)) reject(new Error("the connection ended before the answer"));
      resolve(Buffer.concat(received));
    };
    socket.once("end", end);
    socket.once("close", end);
  });
  socket.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  atTheEnd(() => socket.destroy());
  return {
    socket,
    send: (bytes) => void socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes),
    answer: (options) => {
      toHead = options?.toHead ?? false;
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        deal([]);
        if (over || socket.destroyed)
          for (const one of waiting.splice(0)) one.reject(new Error("the connection has ended"));
      });
    },
    ended,
    close: () => socket.destroy(),
  };
}

/** Sends these bytes on a connection of their own and waits for one answer. */
export async function ask(port: number, ...bytes: readonly (string | Uint8Array)[]): Promise<Message> {
  const connection = await openConnection(port);
  const answer = connection.answer();
  for (const part of bytes) connection.send(part);
  try {
    return await answer;
  } finally {
    connection.close();
  }
}

/** A plain POST with a length, for where the request itself is not the matter. */
export function post(path: string, body: string | Uint8Array = "", ...fields: readonly string[]): Buffer {
  const bytes = Buffer.from(body);
  const head = [`POST ${path} HTTP/1.1`, "Host: hooks.example", `Content-Length: ${bytes.length}`, ...fields];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}

export const statusOf = ({ start }: Message): number => Number(start.split(" ")[1]);
