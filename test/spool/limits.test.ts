import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { gatherTurnedAway } from "../../src/spool/gather-turned-away.ts";
import { createRoom } from "../../src/spool/room.ts";
import { createTurns } from "../../src/spool/turns.ts";
import { valuesOf } from "../support/messages.ts";
import { ask, openConnection, post, statusOf } from "../support/raw-client.ts";
import { ok, startHandler } from "../support/raw-handler.ts";
import { type Spool, startSpool } from "../support/spool.ts";

const stored = (spool: Spool) => spool.store.reader.list({}, { limit: 1_000 }).reverse();
const noRoom = { status: 503, reason: "more deliveries at once than there is room for", delivery: null };

/** A handler that answers when it is told to. */
async function patientHandler() {
  const replies: (() => void)[] = [];
  const handler = await startHandler((socket) => void replies.push(() => void socket.write(ok)));
  const release = () => {
    for (const reply of replies.splice(0)) reply();
    handler.answer = ok;
  };
  return { handler, release };
}

describe("past the room there is in memory", () => {
  test("a delivery more gets 503 with Retry-After, and nothing of it is kept; then there is room again", async () => {
    const { handler, release } = await patientHandler();
    const spool = await startSpool({ target: handler.port, room: { deliveries: 2 } });
    const first = [ask(spool.port, post("/1", "x")), ask(spool.port, post("/2", "x"))];
    await handler.next();
    await handler.next();
    const answer = await ask(spool.port, post("/3", "x"));
    expect(statusOf(answer)).toBe(503);
    expect(valuesOf(answer.headers, "retry-after")).toEqual(["5"]);
    expect(await spool.next("turned-away")).toMatchObject(noRoom);
    release();
    expect((await Promise.all(first)).map(statusOf)).toEqual([200, 200]);
    expect(statusOf(await ask(spool.port, post("/4", "x")))).toBe(200);
    expect(
      stored(spool)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["/1", "/2", "/4"]);
  });

  test("a body that would not fit is turned away before it is sent", async () => {
    const handler = await startHandler();
    const spool = await startSpool({ target: handler.port, room: { bytes: 1_000 } });
    const head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n";
    expect(statusOf(await ask(spool.port, head))).toBe(503);
    expect(statusOf(await ask(spool.port, post("/b", "x".repeat(1_000))))).toBe(200);
    expect(stored(spool)).toMatchObject([{ path: "/b" }]);
  });

  test("one that announced nothing is turned away in the middle, and gives back what it held", async () => {
    const handler = await startHandler();
    const spool = await startSpool({ target: handler.port, room: { bytes: 100_000 } });
    const chunk = `${(60_000).toString(16)}\r\n${"x".repeat(60_000)}\r\n`;
    const head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(statusOf(await ask(spool.port, head, chunk, chunk, "0\r\n\r\n"))).toBe(503);
    expect(statusOf(await ask(spool.port, post("/b", "x".repeat(100_000))))).toBe(200);
    expect(stored(spool)).toMatchObject([{ path: "/b" }]);
  });

  test("a body of many MB counts with what of it is in memory", async () => {
    const handler = await startHandler(undefined, { forgetBodies: true });
    const spool = await startSpool({ target: handler.port, room: { bytes: 600_000 } });
    const chunk = `${(1_000_000).toString(16)}\r\n${"x".repeat(1_000_000)}\r\n`;
    const head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(statusOf(await ask(spool.port, head, chunk, chunk, chunk, "0\r\n\r\n"))).toBe(200);
    expect(statusOf(await ask(spool.port, post("/b", Buffer.alloc(3_000_000))))).toBe(200);
    expect(stored(spool)).toMatchObject([{ bytes: 3_000_000 }, { bytes: 3_000_000 }]);
  });

  test("a sender that goes away leaves its room to others", async () => {
    const handler = await startHandler();
    const spool = await startSpool({ target: handler.port, room: { deliveries: 1 } });
    for (let i = 0; i < 3; i += 1) {
      const connection = await openConnection(spool.port);
      connection.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
      expect(statusOf(await connection.answer())).toBe(100);
      connection.socket.resetAndDestroy();
      while ((await spool.next("turned-away")).reason !== "the sender broke off");
    }
    expect(statusOf(await ask(spool.port, post("/b", "x")))).toBe(200);
  });

  test("a connection too many is closed, and told of", async () => {
    const handler = await startHandler();
    const spool = await startSpool({ target: handler.port, limits: { connections: 2 } });
    const open = [await openConnection(spool.port), await openConnection(spool.port)];
    expect(await (await openConnection(spool.port)).ended).toHaveLength(0);
    expect(await spool.next("turned-away")).toMatchObject({ reason: "more than 2 connections at a time" });
    for (const connection of open) {
      const answer = connection.answer();
      connection.send(post("/a", "x"));
      expect(statusOf(await answer)).toBe(200);
    }
  });
});

describe("towards the handler", () => {
  test("so many go at a time, the others wait, and every sender is answered", async () => {
    const seen = await hundredAtOnce(4);
    expect(seen).toMatchObject({ statuses: Array(100).fill(200), most: 4 });
    expect(seen.kept).toHaveLength(100);
  });

  test("one at a time, they go in the order in which they came", async () => {
    const seen = await hundredAtOnce(1);
    expect(seen).toMatchObject({ statuses: Array(100).fill(200), most: 1 });
    expect(seen.handled).toEqual(seen.kept);
  });

  async function hundredAtOnce(atOnce: number) {
    let underWay = 0;
    let most = 0;
    const together: Socket[] = [];
    // As many as may are let come together; then there is time for one that may not.
    const handler = await startHandler((socket) => {
      underWay += 1;
      most = Math.max(most, underWay);
      together.push(socket);
      if (together.length < atOnce) return;
      const answered = together.splice(0);
      setTimeout(() => {
        underWay -= answered.length;
        for (const one of answered) one.write(ok);
      }, 2);
    });
    const spool = await startSpool({ target: handler.port, turns: { atOnce, waiting: 100 } });
    const senders = Array.from({ length: 100 }, (_, i) => ask(spool.port, post(`/${i}`, "x")));
    const statuses = (await Promise.all(senders)).map(statusOf);
    const handled = handler.requests.map(({ start }) => start.split(" ")[1]);
    return { statuses, most, handled, kept: stored(spool).map(({ path }) => path) };
  }

  test("what finds the queue full is kept and owed, and its sender told to come again", async () => {
    const { handler, release } = await patientHandler();
    const spool = await startSpool({ target: handler.port, turns: { atOnce: 1, waiting: 1 } });
    const first = ask(spool.port, post("/1", "x"));
    await handler.next();
    const second = ask(spool.port, post("/2", "x"));
    while (stored(spool).length < 2) await spool.next("delivery");
    const answer = await ask(spool.port, post("/3", "x"));
    expect(statusOf(answer)).toBe(503);
    expect(valuesOf(answer.headers, "retry-after")).toEqual(["5"]);
    expect(answer.body.toString()).toContain("delivery 3 is kept");
    expect(await spool.next("attempt")).toMatchObject({
      attempt: { delivery: 3, outcome: "refused", status: null },
    });
    release();
    expect((await Promise.all([first, second])).map(statusOf)).toEqual([200, 200]);
    await spool.store.writer.flush();
    expect(stored(spool).map(({ owed }) => owed)).toEqual([false, false, true]);
    expect(handler.requests).toHaveLength(2);
  });

  test("what waits longer than a handler may take is answered, kept and owed", async () => {
    const { handler, release } = await patientHandler();
    const spool = await startSpool({
      target: handler.port,
      turns: { atOnce: 1, waiting: 9 },
      timeoutMs: 300,
    });
    const first = ask(spool.port, post("/1", "x"));
    await handler.next();
    const [second, third] = [ask(spool.port, post("/2", "x")), ask(spool.port, post("/3", "x"))];
    // The second has its turn when the first has had its time; by then the third has waited for too long.
    const answers = await Promise.all([first, second, third]);
    expect(answers.map(statusOf)).toEqual([504, 504, 504]);
    expect(answers.filter(({ body }) => body.includes("is busy (--concurrency 1)"))).toHaveLength(1);
    expect(handler.requests).toHaveLength(2);
    release();
    expect(statusOf(await ask(spool.port, post("/4", "x")))).toBe(200);
  });

  test("a turn is given back by what fails too", async () => {
    const handler = await startHandler((socket) => void socket.destroy());
    const spool = await startSpool({ target: handler.port, turns: { atOnce: 1, waiting: 0 } });
    for (let i = 0; i < 5; i += 1) expect(statusOf(await ask(spool.port, post("/a", "x")))).toBe(502);
  });
});

test("who waits for a turn and is stopped never had one", async () => {
  const turns = createTurns({ atOnce: 1, waiting: 2 });
  const stop = new AbortController();
  expect(turns.take({ waitMs: 1_000 })).toBe("now");
  const leaves = turns.take({ waitMs: 1_000, signal: stop.signal });
  const stays = turns.take({ waitMs: 1_000 });
  expect(turns.take({ waitMs: 1_000 })).toBe("full");
  stop.abort();
  expect(await leaves).toBe("too-late");
  turns.done();
  expect(await stays).toBe("now");
  turns.done();
  expect(turns.take({ waitMs: 1_000 })).toBe("now");
});

test("room counts deliveries and bytes, and takes no half", () => {
  const room = createRoom({ deliveries: 2, bytes: 10 });
  expect([room.enter(6), room.enter(5), room.enter(4), room.enter(0)]).toEqual([true, false, true, false]);
  expect(room.grow(1)).toBe(false);
  room.leave(6);
  expect([room.grow(6), room.grow(1), room.enter(0)]).toEqual([true, false, true]);
});

test("of a thousand turned away alike the first is told of at once, the rest together", async () => {
  const told: Notice[] = [];
  const { observe, flush } = gatherTurnedAway((notice) => void told.push(notice), 20);
  const notice = { type: "turned-away", status: 503, reason: "full", refusal: null, delivery: null } as const;
  for (let i = 0; i < 1_000; i += 1) observe(notice);
  observe({ ...notice, reason: "other" });
  observe({ ...notice, delivery: 7 });
  expect(told).toEqual([notice, { ...notice, reason: "other" }, { ...notice, delivery: 7 }]);
  while (told.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(told[3]).toEqual({ ...notice, times: 999 });
  observe(notice);
  flush();
  expect(told.slice(4)).toEqual([{ ...notice, times: 1 }]);
});
