import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { valuesOf } from "../support/messages.ts";
import { ask, openConnection, post, statusOf } from "../support/raw-client.ts";
import { type Answer, startHandler } from "../support/raw-handler.ts";
import { type Spool, startSpool } from "../support/spool.ts";

const stored = (spool: Spool) => spool.store.reader.list({}, { limit: 1_000 }).reverse();
const bodyFiles = ({ dir }: Spool) => {
  try {
    return readdirSync(join(dir, "bodies"));
  } catch {
    return [];
  }
};

async function spoolWithHandler(options: Partial<Parameters<typeof startSpool>[0]> = {}, answer?: Answer) {
  const handler = await startHandler(answer);
  return { handler, spool: await startSpool({ target: handler.port, ...options }) };
}

test.each([
  ["GET", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["POST without a body", "POST /a HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["POST with an empty body", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"],
  ["PUT", "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"],
  ["PATCH", "PATCH /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"],
  ["DELETE with a body", "DELETE /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"],
  ["GET with a body", "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"],
  ["PROPFIND", "PROPFIND /a HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["QUERY", "QUERY /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"],
  ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["HTTP/1.0 without Host", "POST /a HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"],
  ["an absolute target", "POST http://h.example/a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"],
  ["an upgrade that is offered", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"],
])("%s is kept and forwarded", async (_case, request) => {
  const { handler, spool } = await spoolWithHandler();
  expect(statusOf(await ask(spool.port, request))).toBe(200);
  const [method = "", target = "", version = ""] = (request.split("\r\n")[0] ?? "").split(" ");
  const seen = await handler.next();
  expect(seen.start).toBe(`${method} ${target.replace("http://h.example", "")} HTTP/1.1`);
  expect(seen.body.toString()).toBe(request.split("\r\n\r\n")[1]);
  expect(stored(spool)).toMatchObject([{ id: 1, method, path: target }]);
  expect(spool.store.reader.delivery(1)?.httpVersion).toBe(version.slice(5));
});

test("HEAD is answered without a body", async () => {
  const { spool } = await spoolWithHandler({}, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  const connection = await openConnection(spool.port);
  const answer = connection.answer({ toHead: true });
  connection.send("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  expect(valuesOf((await answer).headers, "content-length")).toEqual(["5"]);
  expect((await connection.ended).toString("latin1").split("\r\n\r\n")[1]).toBe("");
});

test("a chunked body arrives as one with a length", async () => {
  const { handler, spool } = await spoolWithHandler();
  const head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect(
    statusOf(await ask(spool.port, head, "3;x=y\r\nabc\r\n", "2\r\nde\r\n0\r\nTrailer: t\r\n\r\n")),
  ).toBe(200);
  const seen = await handler.next();
  expect(seen.body.toString()).toBe("abcde");
  expect(valuesOf(seen.headers, "content-length")).toEqual(["5"]);
  expect(valuesOf(seen.headers, "transfer-encoding")).toEqual([]);
  await spool.next("attempt");
  expect(spool.store.reader.attempts(1)[0]?.changes.removed).toContain("Transfer-Encoding");
});

test("a sender that expects 100 is told to go on", async () => {
  const { spool } = await spoolWithHandler();
  const connection = await openConnection(spool.port);
  connection.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  expect(statusOf(await connection.answer())).toBe(100);
  connection.send("ab");
  expect(statusOf(await connection.answer())).toBe(200);
  connection.close();
});

test("twenty requests on one connection, one after the other, warn of nothing", async () => {
  const { spool } = await spoolWithHandler();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on("warning", onWarning);
  const connection = await openConnection(spool.port);
  for (let i = 1; i <= 20; i += 1) {
    connection.send(post(`/${i}`, "x"));
    expect(statusOf(await connection.answer())).toBe(200);
  }
  connection.close();
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
  expect(stored(spool)).toHaveLength(20);
});

test("pipelined requests are answered in their order", async () => {
  const { spool } = await spoolWithHandler({}, (socket, { start }) => {
    const path = start.split(" ")[1] ?? "";
    const reply = () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
    if (path === "/slow") setTimeout(reply, 50);
    else reply();
  });
  const connection = await openConnection(spool.port);
  connection.send(Buffer.concat([post("/slow", "1"), post("/b", "2"), post("/c", "3")]));
  const answers = [await connection.answer(), await connection.answer(), await connection.answer()];
  expect(answers.map(({ body }) => body.toString())).toEqual(["/slow", "/b", "/c"]);
  connection.close();
});

test("a sender that closes its half after the request still reads the answer", async () => {
  const { spool } = await spoolWithHandler({}, (socket) => {
    setTimeout(() => socket.write("HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n"), 50);
  });
  const connection = await openConnection(spool.port);
  const answer = connection.answer();
  connection.socket.end(post("/a", "x"));
  expect((await answer).start).toBe("HTTP/1.1 201 Made");
});

test("1,500 small header fields are kept to the last", async () => {
  const { handler, spool } = await spoolWithHandler();
  const fields = Array.from({ length: 1_500 }, (_, i) => `a:${i}`);
  expect(statusOf(await ask(spool.port, post("/a", "x", ...fields)))).toBe(200);
  expect(spool.store.reader.delivery(1)?.headers).toHaveLength(1_502);
  const seen = await handler.next();
  expect(valuesOf(seen.headers, "a")).toEqual(fields.map((field) => field.slice(2)));
});

test.each([
  ["two Host fields", "POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 1\r\n\r\nx", 400],
  ["no Host", "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", 400],
  [
    "a length and chunks",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400],
  ["a length that is no number", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx", 400],
  ["a bad chunk", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx", 400],
  [
    "chunked twice over",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["a field without a colon", "POST / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n", 400],
  ["a space before the colon", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\nx", 400],
  ["bare line feeds", "POST / HTTP/1.1\nHost: h\nContent-Length: 1\n\nx", 400],
  ["a NUL in a field", "POST / HTTP/1.1\r\nHost: h\r\nX-A: \0\r\n\r\n", 400],
  ["no HTTP at all", "\x16\x03\x01\x02\x00", 400],
  ["a head of 20 KB", `POST / HTTP/1.1\r\nHost: h\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`, 431],
])("%s is turned away with its reason, and nothing is kept", async (_case, request, status) => {
  const { handler, spool } = await spoolWithHandler();
  expect(statusOf(await ask(spool.port, request))).toBe(status);
  await spool.store.writer.flush();
  expect([stored(spool), handler.requests]).toEqual([[], []]);
});

describe("a sender that takes its time", () => {
  const limits = { headMs: 150, idleMs: 150, requestMs: 450, lingerMs: 300 };

  test("over the head is cut off with 408", async () => {
    const { spool } = await spoolWithHandler({ limits });
    const connection = await openConnection(spool.port);
    connection.send("POST / HTTP/1.1\r\nHost: h\r\n");
    expect((await connection.ended).toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("between two pieces of a body is cut off, and nothing is kept", async () => {
    const { spool } = await spoolWithHandler({ limits });
    const connection = await openConnection(spool.port);
    connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nab");
    await connection.ended;
    expect(await spool.next("turned-away")).toMatchObject({ reason: "the sender broke off" });
    expect(stored(spool)).toEqual([]);
  });

  test("by dripping steadily is cut off all the same", async () => {
    const { spool } = await spoolWithHandler({ limits });
    const connection = await openConnection(spool.port);
    connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    const drip = setInterval(() => connection.send("x"), 20);
    expect((await connection.ended).toString()).toMatch(/^HTTP\/1\.1 408 /);
    await new Promise((resolve) => connection.socket.once("close", resolve));
    clearInterval(drip);
    expect(stored(spool)).toEqual([]);
  });

  test("over the handler's answer may take what the handler takes", async () => {
    const { spool } = await spoolWithHandler({ limits }, (socket) => {
      setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 700);
    });
    expect(statusOf(await ask(spool.port, post("/", "x")))).toBe(200);
  });
});

describe("a body over the limit", () => {
  const limited = { maxBodyBytes: 1_000 };
  const refused = { refusal: "body-too-large", owed: false, attempts: 0 };

  test("is refused by its length, before it is sent", async () => {
    const { handler, spool } = await spoolWithHandler(limited);
    const answer = await ask(spool.port, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
    expect(statusOf(answer)).toBe(413);
    expect(stored(spool)).toMatchObject([refused]);
    expect(handler.requests).toEqual([]);
    expect(spool.notices).toMatchObject([
      { type: "delivery" },
      { type: "turned-away", status: 413, delivery: 1 },
    ]);
  });

  test("is refused to one who waits to be told to go on", async () => {
    const { spool } = await spoolWithHandler(limited);
    const head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n";
    expect(statusOf(await ask(spool.port, head))).toBe(413);
  });

  test("is refused in the middle of its chunks; the sender, still sending, reads why", async () => {
    const { handler, spool } = await spoolWithHandler(limited);
    const chunk = `${(64_000).toString(16)}\r\n${"x".repeat(64_000)}\r\n`;
    const connection = await openConnection(spool.port);
    const answer = connection.answer();
    connection.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (let i = 0; i < 40; i += 1) connection.send(chunk);
    expect(statusOf(await answer)).toBe(413);
    connection.close();
    expect(stored(spool)).toMatchObject([refused]);
    expect([handler.requests, bodyFiles(spool)]).toEqual([[], []]);
  });

  test("of several MB with a length is refused; the sender, still sending, reads why", async () => {
    const { spool } = await spoolWithHandler(limited);
    expect(statusOf(await ask(spool.port, post("/a", Buffer.alloc(4_000_000))))).toBe(413);
    expect(stored(spool)).toMatchObject([refused]);
  });

  test("at the limit is taken", async () => {
    const { spool } = await spoolWithHandler(limited);
    expect(statusOf(await ask(spool.port, post("/a", Buffer.alloc(1_000))))).toBe(200);
  });
});

test.each([
  ["/hooks", 200],
  ["/hooks/", 200],
  ["/hooks/a", 200],
  ["/hooks?x", 200],
  ["/api/", 404],
  ["/api/v1/x", 200],
  ["/hooksy", 404],
  ["/", 404],
  ["/HOOKS", 404],
  ["//hooks", 404],
  ["/other?/hooks", 404],
  ["/hooks/../admin", 404],
  ["/hooks/%2e%2E/admin", 404],
  ["/hooks/..%2fadmin", 404],
  ["/hooks/..;/admin", 404],
  ["/hooks/..\\admin", 404],
  ["/hooks/..", 404],
  ["/hooks/..a/..b?q=/../", 200],
])("where only /hooks and /api/v1/ are let through, %s gets %i", async (path, status) => {
  const { handler, spool } = await spoolWithHandler({ paths: ["/hooks", "/api/v1/"] });
  expect(statusOf(await ask(spool.port, post(path, "x")))).toBe(status);
  expect(handler.requests).toHaveLength(status === 200 ? 1 : 0);
  expect(stored(spool)).toHaveLength(status === 200 ? 1 : 0);
});

describe.each([
  ["resets its connection", "reset"],
  ["closes its half", "end"],
] as const)("a sender that %s", (_how, how) => {
  test.each([
    ["small", 100, 1_000],
    ["large", 1_000_000, 2_000_000],
  ])("in the middle of a %s body leaves nothing", async (_size, sent, declared) => {
    const { handler, spool } = await spoolWithHandler();
    const connection = await openConnection(spool.port);
    connection.send(`POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: ${declared}\r\n\r\n`);
    await new Promise<void>((resolve) => connection.socket.write(Buffer.alloc(sent), () => resolve()));
    if (how === "reset") connection.socket.resetAndDestroy();
    else connection.socket.end();
    while ((await spool.next("turned-away")).reason !== "the sender broke off");
    expect([stored(spool), handler.requests, bodyFiles(spool)]).toEqual([[], [], []]);
  });
});
