import { describe, expect, test } from "vitest";
import { openConnection, statusOf } from "../support/raw-client.ts";
import { ok, startHandler } from "../support/raw-handler.ts";
import { startSpool } from "../support/spool.ts";

const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunked = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

async function connected() {
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port });
  return { handler, spool, connection: await openConnection(spool.port) };
}

describe("on one connection", () => {
  test("plain requests and others follow each other", async () => {
    const { handler, connection } = await connected();
    for (const bytes of [post("/1", "a"), post("/2", "b"), chunked("/3", "c"), post("/4", "d")]) {
      const answer = connection.answer();
      connection.send(bytes);
      expect(statusOf(await answer)).toBe(200);
    }
    expect(handler.requests.map(({ body }) => body.toString())).toEqual(["a", "b", "c", "d"]);
  });

  test("they may come all at once, and the sender close its half", async () => {
    const { handler, connection, spool } = await connected();
    const answers = [1, 2, 3, 4, 5].map(() => connection.answer());
    const all = [post("/1", "a"), post("/2", "bb"), chunked("/3", "c"), post("/4", ""), post("/5", "e")];
    connection.socket.end(Buffer.from(all.join("")));
    expect((await Promise.all(answers)).map(statusOf)).toEqual([200, 200, 200, 200, 200]);
    expect(handler.requests).toHaveLength(5);
    await connection.ended;
    await spool.close();
  });

  test.each([1, 7, 40, 70_000])("a request may come in pieces of %i bytes", async (size) => {
    const { handler, connection } = await connected();
    const body = "x".repeat(size < 100 ? 100 : 200_000);
    const bytes = Buffer.from(`${post("/1", body)}${post("/2", "end")}`);
    const answers = [connection.answer(), connection.answer()];
    for (let at = 0; at < bytes.length; at += size) {
      connection.socket.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await Promise.all(answers)).map(statusOf)).toEqual([200, 200]);
    expect(handler.requests.map(({ body }) => body.length)).toEqual([body.length, 3]);
  });
});

test("a sender that breaks off in a plain body leaves nothing behind, and it is told", async () => {
  const { spool, connection } = await connected();
  connection.send(post("/1", "abc").slice(0, -1));
  connection.socket.end();
  expect(await spool.next("turned-away")).toMatchObject({ reason: "the sender broke off" });
  expect(spool.store.reader.counts().deliveries).toBe(0);
});

describe("towards the handler", () => {
  const answers: readonly (readonly [string, string])[] = [
    ["plain", ok],
    ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
    ["after an early hint", `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}`],
    ["with no content", "HTTP/1.1 204 No Content\r\n\r\n"],
  ];

  test.each(answers)("an answer that is %s leaves the connection for the next", async (_case, answer) => {
    const { handler, connection } = await connected();
    handler.answer = answer;
    for (const path of ["/1", "/2", "/3"]) {
      const told = connection.answer();
      connection.send(post(path, "a"));
      expect(statusOf(await told)).toBe(answer.includes("204") ? 204 : 200);
    }
    expect(handler.connections).toHaveLength(1);
  });

  test.each(answers)("an answer that is %s may come a byte at a time", async (_case, answer) => {
    const { handler, connection } = await connected();
    handler.answer = async (socket) => {
      for (const byte of Buffer.from(answer)) {
        socket.write(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const told = connection.answer();
    connection.send(post("/1", "a"));
    const { body } = await told;
    expect(body.toString()).toBe(answer.includes("204") ? "" : "ok");
  });

  test.each([
    [
      "closes the connection behind its answer",
      `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok`,
      true,
    ],
    ["speaks HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false],
    ["says more than it announced", `${ok}and more`, false],
  ] as const)("a handler that %s gets the next on another", async (_case, answer, closes) => {
    const { handler, connection } = await connected();
    handler.answer = (socket) => void (closes ? socket.end(answer) : socket.write(answer));
    for (const path of ["/1", "/2"]) {
      const told = connection.answer();
      connection.send(post(path, "a"));
      expect((await told).body.toString()).toBe("ok");
    }
    expect(handler.connections).toHaveLength(2);
  });

  test("a kept connection that the handler has closed meanwhile costs nothing but another try", async () => {
    const { handler, connection, spool } = await connected();
    for (const path of ["/1", "/2"]) {
      const told = connection.answer();
      connection.send(post(path, "a"));
      expect(statusOf(await told)).toBe(200);
      // Reset as soon as the next request comes.
      const [first] = handler.connections;
      first?.removeAllListeners("data").once("data", () => first.resetAndDestroy());
    }
    expect(handler.connections).toHaveLength(2);
    await spool.store.writer.flush();
    expect(spool.store.reader.counts()).toMatchObject({ deliveries: 2, owed: 0 });
  });
});

test("what a sender sent that has gone before its answer is handed over all the same", async () => {
  const { handler, spool, connection } = await connected();
  let answer = () => {};
  handler.answer = (socket) => {
    answer = () => void socket.write(ok);
  };
  connection.send(post("/1", "abc"));
  await handler.next();
  connection.socket.resetAndDestroy();
  answer();
  expect(await spool.next("attempt")).toMatchObject({ attempt: { delivery: 1, status: 200 } });
});
