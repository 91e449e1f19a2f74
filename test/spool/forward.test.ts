import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { createMessageReader, valuesOf } from "../support/messages.ts";
import { ask, openConnection, post, statusOf } from "../support/raw-client.ts";
import { type Answer, closedPort, ok, type RawHandler, startHandler } from "../support/raw-handler.ts";
import { type Spool, startSpool } from "../support/spool.ts";

interface Pair {
  readonly spool: Spool;
  readonly handler: RawHandler;
}

async function spoolTo(answer: Answer, options: { timeoutMs?: number } = {}): Promise<Pair> {
  const handler = await startHandler(answer);
  return { handler, spool: await startSpool({ target: handler.port, ...options }) };
}

const lastAttempt = async ({ store, next }: Spool) => {
  const { attempt } = await next("attempt");
  return store.reader.attempts(attempt.delivery).at(-1);
};

describe("the handler's answer reaches the sender to the byte", () => {
  test.each([
    ["plain", "HTTP/1.1 200 OK", [["Content-Length", "2"]], "ok"],
    ["a status text of its own", "HTTP/1.1 299 Pr\xe9sent & fine", [["Content-Length", "0"]], ""],
    ["no status text", "HTTP/1.1 200 ", [["Content-Length", "0"]], ""],
    [
      "repeats, odd spelling, latin-1 bytes, an empty value",
      "HTTP/1.1 418 I'm a teapot",
      [
        ["set-cookie", "a=1"],
        ["X-ODD-case", "\xff\xfe"],
        ["Set-Cookie", "b=2"],
        ["x-empty", ""],
        ["content-LENGTH", "3"],
        ["Date", "long ago"],
        ["Content-Disposition", "attachment; filename=\xe9.txt"],
      ],
      "\0\xff\n",
    ],
    ["no content", "HTTP/1.1 204 No Content", [["X-A", "b"]], ""],
    ["not modified", "HTTP/1.1 304 Not Modified", [["ETag", '"x"']], ""],
    [
      "a redirect, which is not followed",
      "HTTP/1.1 302 Found",
      [
        ["Location", "/b"],
        ["Content-Length", "0"],
      ],
      "",
    ],
    ["an error", "HTTP/1.1 500 Internal Server Error", [["Content-Length", "5"]], "oh no"],
    ["a status nobody knows", "HTTP/1.1 999 ", [["Content-Length", "0"]], ""],
  ] as const)("%s", async (_case, start, headers, body) => {
    const head = [start, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
    const { spool, handler } = await spoolTo(`${head}\r\n\r\n${body}`);
    const answer = await ask(spool.port, post("/a", "x"));
    expect(answer.start).toBe(start);
    const ours = ["connection", "keep-alive"];
    expect(answer.headers.filter(([name]) => !ours.includes(name.toLowerCase()))).toEqual(headers);
    expect(answer.body.toString("latin1")).toBe(body);
    expect(handler.requests).toHaveLength(1);
    const attempt = await lastAttempt(spool);
    expect(attempt).toMatchObject({
      outcome: "responded",
      problem: null,
      response: { headers, bytes: body.length },
    });
    expect(Buffer.from(attempt?.response?.body ?? "").toString("latin1")).toBe(body);
  });

  test.each([
    ["chunked", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n", false],
    ["lasting until the connection ends", "Connection: close, X-Hop\r\nX-Hop: 1\r\n\r\nabcdefg", true],
  ])("a body %s, less what ends with the connection", async (_case, rest, end) => {
    const { spool } = await spoolTo((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nX-Stays: 1\r\n${rest}`);
      if (end) socket.end();
    });
    const answer = await ask(spool.port, post("/a", "x"));
    expect(answer.body.toString()).toBe("abcdefg");
    expect(valuesOf(answer.headers, "x-stays")).toEqual(["1"]);
    expect(valuesOf(answer.headers, "x-hop")).toEqual([]);
  });

  test("of 3 MB, of which the store keeps the first", async () => {
    const body = randomBytes(3_000_000);
    const { spool } = await spoolTo(
      Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]),
    );
    const answer = await ask(spool.port, post("/a", "x"));
    expect(answer.body.equals(body)).toBe(true);
    const attempt = await lastAttempt(spool);
    expect(attempt?.response).toMatchObject({ bytes: 3_000_000 });
    expect(body.subarray(0, 1024 * 1024).equals(attempt?.response?.body ?? Buffer.alloc(0))).toBe(true);
  });

  test("after a word of early hints", async () => {
    const { spool } = await spoolTo(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${ok}`);
    expect(statusOf(await ask(spool.port, post("/a", "x")))).toBe(200);
  });
});

describe("a handler that gives no answer", () => {
  const forEver =
    (piece: string) => (socket: Parameters<Extract<Answer, (...args: never) => unknown>>[0]) => {
      const more = () => {
        while (socket.writable && socket.write(piece));
        if (socket.writable) socket.once("drain", more);
      };
      more();
    };

  test.each<[string, Answer, string, number]>([
    ["hangs", () => {}, "timed-out", 504],
    ["hangs in the middle of its head", (socket) => socket.write("HTTP/1.1 200 OK\r\nX"), "timed-out", 504],
    ["resets", (socket) => socket.resetAndDestroy(), "aborted", 502],
    ["closes", (socket) => socket.end(), "aborted", 502],
    ["answers garbage", "<html>this is not the protocol</html>\r\n\r\n", "aborted", 502],
    ["answers a status out of range", "HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n", "aborted", 502],
    [
      "switches protocols",
      "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
      "aborted",
      502,
    ],
    [
      "sends header fields for ever",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        forEver("X-More: and more\r\n".repeat(50))(socket);
      },
      "aborted",
      502,
    ],
  ])(
    "because it %s: the sender is told to come again, and it is owed",
    async (_case, answer, outcome, status) => {
      const { spool } = await spoolTo(answer, { timeoutMs: 300 });
      const told = await ask(spool.port, post("/a", "x"));
      expect(told.start).toBe(`HTTP/1.1 ${status} ${STATUS_CODES[status]}`);
      expect(valuesOf(told.headers, "retry-after")).toEqual(["5"]);
      expect(await lastAttempt(spool)).toMatchObject({ outcome, status: null, response: null });
      expect(spool.store.reader.delivery(1)).toMatchObject({ owed: true, lastOutcome: outcome });
    },
  );

  test.each([
    ["127.0.0.1", "nothing listens at"],
    ["localhost", "nothing listens at"],
  ])("because nothing listens at %s", async (host, problem) => {
    const spool = await startSpool({ target: `${host}:${await closedPort()}` });
    const told = await ask(spool.port, post("/a", "x"));
    expect([statusOf(told), valuesOf(told.headers, "retry-after")]).toEqual([503, ["5"]]);
    expect(await lastAttempt(spool)).toMatchObject({
      outcome: "refused",
      problem: expect.stringContaining(problem),
    });
  });

  test.each<[string, string, string]>([
    ["of a known length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "Content-Length: 100"],
    [
      "in chunks",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
      "Transfer-Encoding: chunked",
    ],
  ])("to the end, its body %s, leaves the sender with half of one", async (_case, answer, framing) => {
    const { spool } = await spoolTo((socket) => {
      socket.write(answer);
      setTimeout(() => socket.destroy(), 30);
    });
    const connection = await openConnection(spool.port);
    const whole = connection.answer().then(
      () => "whole",
      () => "broken off",
    );
    connection.send(post("/a", "x"));
    const received = (await connection.ended).toString();
    expect(await whole).toBe("broken off");
    expect(received).toContain(framing);
    expect(received).not.toContain("\r\n0\r\n");
    expect(await lastAttempt(spool)).toMatchObject({ outcome: "aborted" });
    expect(spool.store.reader.delivery(1)?.owed).toBe(true);
  });

  test("within the time it has for the whole of it", async () => {
    const { spool } = await spoolTo(
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        const drip = setInterval(() => socket.write("x"), 20);
        socket.once("close", () => clearInterval(drip));
      },
      { timeoutMs: 300 },
    );
    await expect(ask(spool.port, post("/a", "x"))).rejects.toThrow("ended before");
    expect(await lastAttempt(spool)).toMatchObject({ outcome: "timed-out" });
  });
});

describe("a kept connection", () => {
  test("carries one delivery after the other", async () => {
    const { spool, handler } = await spoolTo(ok);
    for (let i = 0; i < 5; i += 1) await ask(spool.port, post("/a", "x"));
    expect([handler.requests.length, handler.connections.length]).toEqual([5, 1]);
  });

  test.each([
    ["small", 1],
    ["large", 600_000],
  ])("that the handler closed in between is replaced: a %s delivery arrives, once", async (_size, size) => {
    const { spool, handler } = await spoolTo(ok);
    await ask(spool.port, post("/1", "x"));
    await spool.next("attempt");
    // The close crosses the next request on its way, or has just arrived.
    handler.connections[0]?.resetAndDestroy();
    expect(statusOf(await ask(spool.port, post("/2", Buffer.alloc(size))))).toBe(200);
    expect(handler.requests.map(({ start }) => start)).toEqual(["POST /1 HTTP/1.1", "POST /2 HTTP/1.1"]);
    expect(await lastAttempt(spool)).toMatchObject({ delivery: 2, outcome: "responded" });
  });
});

test.each([["127.0.0.1"], ["::1"]])("localhost is found where only %s listens", async (host) => {
  const handler = await startHandler(ok, { host });
  const spool = await startSpool({ target: `http://localhost:${handler.port}` });
  expect(statusOf(await ask(spool.port, post("/a", "x")))).toBe(200);
  expect(valuesOf(handler.requests[0]?.headers ?? [], "host")).toEqual([`localhost:${handler.port}`]);
});

describe("a handler that answers before it has read the body", () => {
  const large = randomBytes(8_000_000);
  const early = "HTTP/1.1 413 Too Much\r\nContent-Length: 4\r\n\r\nstop";

  test.each<[string, (socket: import("node:net").Socket) => void]>([
    ["and reads on", () => {}],
    ["and reads no more", (socket) => void socket.pause()],
  ])("%s, is believed", async (_case, then) => {
    const { createServer } = await import("node:net");
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        then(socket);
        socket.write(early);
        if (!socket.isPaused()) socket.resume();
      });
      atTheEnd(() => socket.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    atTheEnd(() => server.close());
    const spool = await startSpool({ target: (server.address() as AddressInfo).port, timeoutMs: 3_000 });
    const answer = await ask(spool.port, post("/a", large));
    expect([answer.start, answer.body.toString()]).toEqual(["HTTP/1.1 413 Too Much", "stop"]);
    expect(await lastAttempt(spool)).toMatchObject({ outcome: "responded", status: 413 });
  });
});

describe("a sender that does not wait", () => {
  test("for the answer: the handler is heard to the end all the same", async () => {
    let reply = () => {};
    const { spool, handler } = await spoolTo((socket) => {
      reply = () => void socket.write(ok);
    });
    const connection = await openConnection(spool.port);
    connection.send(post("/a", "x"));
    await handler.next();
    connection.close();
    setTimeout(reply, 50);
    expect(await lastAttempt(spool)).toMatchObject({ outcome: "responded", status: 200 });
    expect(spool.store.reader.delivery(1)?.owed).toBe(false);
  });

  test("but leaves in the middle of a large answer: it is heard to the end too", async () => {
    const { spool } = await spoolTo(
      Buffer.concat([
        Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n"),
        Buffer.alloc(20_000_000),
      ]),
    );
    const connection = await openConnection(spool.port);
    connection.send(post("/a", "x"));
    await once(connection.socket, "data");
    connection.close();
    expect((await lastAttempt(spool))?.response).toMatchObject({ status: 200, bytes: 20_000_000 });
  });
});

test("a sender that never reads its answer holds nothing up for longer than the handler may take", async () => {
  const { spool } = await spoolTo(
    Buffer.concat([
      Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n"),
      Buffer.alloc(60_000_000),
    ]),
    { timeoutMs: 500 },
  );
  const connection = await openConnection(spool.port);
  connection.socket.pause();
  connection.send(post("/a", "x"));
  expect(await lastAttempt(spool)).toMatchObject({ outcome: "timed-out" });
});

test("what arrives after the stop is not begun", async () => {
  const { spool, handler } = await spoolTo(() => {});
  spool.abort();
  const told = await ask(spool.port, post("/a", "x"));
  expect(statusOf(told)).toBe(502);
  expect(await lastAttempt(spool)).toMatchObject({
    outcome: "aborted",
    problem: expect.stringContaining("stopped"),
  });
  expect(handler.requests).toEqual([]);
});

describe("a target with its own certificate", () => {
  let port = 0;
  let cert = "";
  const seen = createMessageReader({ kind: "request" });

  beforeAll(async () => {
    const dir = temporaryFolder();
    const [keyFile, certFile] = [join(dir, "key.pem"), join(dir, "cert.pem")];
    const words =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost";
    execFileSync("openssl", [...words.split(" "), "-keyout", keyFile, "-out", certFile], { stdio: "ignore" });
    cert = readFileSync(certFile, "utf8");
    const server = createTlsServer({ key: readFileSync(keyFile), cert }, (socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes: Buffer) => {
        if (seen.push(bytes).length > 0) socket.write(ok);
      });
    });
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    atTheEnd(() => server.close());
  });

  test("is not trusted, and what to do is said", async () => {
    const spool = await startSpool({ target: `https://localhost:${port}` });
    expect(statusOf(await ask(spool.port, post("/a", "x")))).toBe(503);
    expect(await lastAttempt(spool)).toMatchObject({
      outcome: "refused",
      problem: expect.stringMatching(/certificate is not trusted .*-k or --cacert/),
    });
  });

  test("is taken with -k", async () => {
    const spool = await startSpool({ target: `https://localhost:${port}`, insecure: true });
    expect(statusOf(await ask(spool.port, post("/a", "x")))).toBe(200);
  });

  test("is taken with --cacert", async () => {
    const spool = await startSpool({ target: `https://localhost:${port}`, ca: cert });
    expect(statusOf(await ask(spool.port, post("/a", "x")))).toBe(200);
  });

  test("is told from a target that speaks no TLS", async () => {
    const handler = await startHandler();
    const spool = await startSpool({ target: `https://localhost:${handler.port}` });
    handler.answer = ok;
    const told = ask(spool.port, post("/a", "x"));
    while (handler.connections.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    handler.connections[0]?.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(statusOf(await told)).toBe(503);
    expect(await lastAttempt(spool)).toMatchObject({
      problem: expect.stringContaining("does not speak TLS"),
    });
  });
});
