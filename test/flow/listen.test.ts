import { once } from "node:events";
import { beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, type Line, parseLines, startListen } from "../support/hookspool.ts";
import { ask, openConnection, post, statusOf } from "../support/raw-client.ts";
import { closedPort, ok, startHandler } from "../support/raw-handler.ts";

/** The command that a person is told to run, as its words. */
function suggested(stderr: string): string[] {
  const command = /To deliver: hookspool (.*)$/m.exec(stderr)?.[1];
  if (command === undefined) throw new Error(`no command is suggested in: ${stderr}`);
  return command.split(" ");
}

/** A session whose handler has a delivery and does not answer it. */
async function startWithOneInFlight() {
  const handler = await startHandler(() => {});
  const listening = await startListen(handler.port);
  const connection = await openConnection(listening.port);
  connection.send(post("/a", "x"));
  await handler.next();
  return { handler, listening, connection };
}

describe("Ctrl-C", () => {
  test("waits for what is in flight, and ends well", async () => {
    let reply = () => {};
    const handler = await startHandler((socket) => {
      reply = () => void socket.write(ok);
    });
    const listening = await startListen(handler.port);
    const answer = ask(listening.port, post("/a", "x"));
    await handler.next();
    listening.signal("SIGINT");
    setTimeout(reply, 200);
    expect(statusOf(await answer)).toBe(200);
    expect(await listening.exited).toBe(0);
    expect(listening.lines.at(-1)).toMatchObject({ type: "attempt", delivery: 1, status: 200 });
    expect(listening.stderr()).not.toContain("Owed");
  });

  test("names what is owed and the command that delivers it, which does", async () => {
    const handler = await startHandler("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    const listening = await startListen(handler.port);
    for (const path of ["/1", "/2", "/3"]) await ask(listening.port, post(path, "x"));
    expect(await listening.stop()).toBe(0);
    expect(listening.stderr()).toContain("3 deliveries are waiting for a 2xx");

    handler.answer = ok;
    const before = handler.requests.length;
    expect(await hookspool(suggested(listening.stderr()), { noDir: true })).toMatchObject({ code: 0 });
    expect(handler.requests.slice(before).map(({ start }) => start)).toEqual(
      ["/1", "/2", "/3"].map((path) => `POST ${path} HTTP/1.1`),
    );
    const owed = await hookspool(["ls", "--owed", "--json"], listening);
    expect(owed.lines()).toEqual([]);
  });

  test("names a command that works also for what a kill left without any attempt", async () => {
    const { handler, listening: killed } = await startWithOneInFlight();
    killed.signal("SIGKILL");
    await killed.exited;

    const listening = await startListen(handler.port, [], killed);
    expect(await listening.stop()).toBe(0);
    handler.answer = ok;
    expect(await hookspool(suggested(listening.stderr()), { noDir: true })).toMatchObject({ code: 0 });
    expect(handler.requests.map(({ start }) => start)).toEqual(Array(2).fill("POST /a HTTP/1.1"));
  });

  test.concurrent.each([
    ["a handler that hangs", post("/a", "x")],
    [
      "a sender that drips",
      Buffer.from("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n"),
    ],
  ])("ends after its patience in spite of %s", { timeout: 15_000 }, async (_case, request) => {
    const handler = await startHandler(() => {});
    const listening = await startListen(handler.port);
    const connection = await openConnection(listening.port);
    connection.send(request);
    // Either is the sign that the request has arrived.
    await Promise.race([handler.next(), connection.answer()]);
    const drip = setInterval(() => connection.send("y"), 100);
    const start = performance.now();
    expect(await listening.stop()).toBe(0);
    clearInterval(drip);
    expect(performance.now() - start).toBeLessThan(8_000);
  });

  test("twice ends at once", async () => {
    const { listening } = await startWithOneInFlight();
    listening.signal("SIGINT");
    while (!listening.stderr().includes("Stopping")) await new Promise((resolve) => setTimeout(resolve, 5));
    // One Ctrl-C may arrive twice within a moment: from the terminal and from whoever started us.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const start = performance.now();
    listening.signal("SIGINT");
    expect(await listening.exited).toBe(130);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test("ends in order although nobody hears what it says", async () => {
    const { handler, listening, connection } = await startWithOneInFlight();
    listening.closeStderr();
    listening.signal("SIGHUP");
    // It has said that it stops once it takes nothing new.
    const takesMore = () =>
      openConnection(listening.port).then(
        ({ close }) => close() ?? true,
        () => false,
      );
    await expect.poll(takesMore).toBe(false);
    handler.connections[0]?.write(ok);
    expect(statusOf(await connection.answer())).toBe(200);
    expect(await listening.exited).toBe(0);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)("%s means the same", async (signal) => {
    const listening = await startListen(3000);
    listening.signal(signal);
    expect(await listening.exited).toBe(0);
  });
});

describe("a command after --", () => {
  const script = (work: string) => ["--", process.execPath, "-e", work];

  test.each([0, 1, 7])("ends listen with its own exit code %i", async (code) => {
    const run = await hookspool(["3000", "--tunnel", "none", ...script(`process.exit(${code})`)]);
    expect(run.code).toBe(code);
  });

  test.each(["HOOKSPOOL_URL", "WEBHOOK_URL"])("finds the endpoint in %s, and reaches it", async (name) => {
    const handler = await startHandler();
    const work = `fetch(process.env.${name} + "/a", { method: "POST", body: "x" }).then((r) => process.exit(r.status === 200 ? 42 : 1))`;
    const run = await hookspool([String(handler.port), "--tunnel", "none", "--json", ...script(work)]);
    expect(run.code).toBe(42);
    expect(run.lines().map(({ type }) => type)).toEqual(["ready", "delivery", "attempt"]);
  });

  test("writes beside our JSON, not into it", async () => {
    const run = await hookspool(["3000", "--tunnel", "none", "--json", ...script('console.log("mine")')]);
    expect(run.lines().map(({ type }) => type)).toEqual(["ready"]);
    expect(run.stderr).toContain("mine");
  });
});

describe("lines", () => {
  test("tell of each delivery and its answer without a colour in a pipe", async () => {
    const handler = await startHandler();
    const work = `fetch(process.env.HOOKSPOOL_URL + "/a?token=abcdefghijklmnop", { method: "POST", body: "x" }).then(() => setTimeout(() => {}, 100))`;
    const words = [String(handler.port), "--tunnel", "none", "--", process.execPath, "-e", work];
    const { stdout, stderr } = await hookspool(words, { env: { TERM: "xterm-256color" } });
    expect(stdout).toMatch(/^Ready {2}http:\/\/127\.0\.0\.1:\d+ {2}-> {2}http:\/\/localhost:\d+\n/);
    expect(stdout).toMatch(/--> {2}#1 {2}POST \/a\?token=abcd/);
    expect(stdout).toMatch(/<-- {2}#1 {2}200 /);
    expect(stdout).not.toContain("abcdefghijklmnop");
    expect(stdout + stderr).not.toContain("\x1b");
  });

  test("are left out by --output quiet", async () => {
    const words = ["3000", "--tunnel", "none", "--output", "quiet", "--", process.execPath, "-e", ""];
    expect(await hookspool(words)).toMatchObject({ stdout: "", code: 0 });
  });
});

test("two processes capture into one data directory, and nothing is lost or taken twice", {
  timeout: 40_000,
}, async () => {
  const dir = temporaryFolder();
  const handler = await startHandler();
  const both = await Promise.all([
    startListen(handler.port, [], { dir }),
    startListen(handler.port, [], { dir }),
  ]);
  const send = async (port: number, sender: string) => {
    const connection = await openConnection(port);
    for (let i = 0; i < 40; i += 1) {
      const answer = connection.answer();
      connection.send(post(`/${sender}/${i}`, "x".repeat(3_000)));
      expect(statusOf(await answer)).toBe(200);
    }
  };
  const senders = both.flatMap(({ port }, process) =>
    Array.from({ length: 8 }, (_, i) => send(port, `${process}.${i}`)),
  );
  await Promise.all(senders);
  expect(await Promise.all(both.map((one) => one.stop()))).toEqual([0, 0]);

  const store = openStore(dir);
  const kept = store.reader.list({}, { limit: 10_000 });
  expect(new Set(kept.map(({ path }) => path)).size).toBe(640);
  expect(kept.map(({ id }) => id)).toEqual(Array.from({ length: 640 }, (_, i) => 640 - i));
  expect(kept.every(({ attempts, owed }) => attempts === 1 && !owed)).toBe(true);
  expect(store.integrity()).toBe("ok");
  await store.close();
  for (const { stderr } of both) expect(stderr()).not.toContain("E_");
});

describe("a reader of the output that falls behind", () => {
  const COUNT = 9_000;
  let lines: Line[] = [];
  let seconds = 0;

  beforeAll(async () => {
    const { spawn } = await import("node:child_process");
    const { bin } = await import("../support/hookspool.ts");
    const dir = temporaryFolder();
    const port = await closedPort();
    const handler = await startHandler(undefined, { forgetBodies: true });
    const words = [
      bin,
      String(handler.port),
      "--dir",
      dir,
      "--tunnel",
      "none",
      "--port",
      String(port),
      "--json",
    ];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "readable");
    // Nothing is read from here on.
    const start = performance.now();
    const send = async () => {
      const connection = await openConnection(port);
      for (let i = 0; i < COUNT / 20; i += 1) {
        const answer = connection.answer();
        connection.send(post("/a", "x"));
        await answer;
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: 20 }, send));
    seconds = (performance.now() - start) / 1_000;
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => (text += more));
    const isThere = () => text.includes(`"type":"attempt","delivery":${COUNT},`);
    while (!isThere()) await once(child.stdout, "data");
    child.kill("SIGINT");
    await once(child, "close");
    lines = parseLines(text);
  }, 60_000);

  test("holds up no delivery", () => expect(seconds).toBeLessThan(30));

  test("misses none, hears of each once and in order", () => {
    for (const [type, field] of [
      ["delivery", "id"],
      ["attempt", "delivery"],
    ] as const) {
      const told = lines.filter((line) => line.type === type).map((line) => line[field]);
      expect(told.length).toBe(COUNT);
      expect(new Set(told).size).toBe(COUNT);
    }
    const ids = lines.filter(({ type }) => type === "delivery").map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
  });
});
