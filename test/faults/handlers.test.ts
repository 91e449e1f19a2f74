import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { RECORDED_RESPONSE_BYTES } from "../../src/core/attempt.ts";
import { openStore } from "../../src/store/store.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { jobOf, jobPost } from "../support/job-post.ts";
import { ask, openConnection, post, statusOf } from "../support/raw-client.ts";
import { ok, startHandler } from "../support/raw-handler.ts";
import { extent } from "./extent.ts";

const MB = 1024 * 1024;
const LARGE = extent(200, 1_024) * MB;

/** Writes as fast as the other side reads, up to so many bytes. */
function pour(socket: Socket, piece: Buffer, bytes: number) {
  let left = bytes;
  const more = () => {
    while (left > 0 && socket.writable) {
      left -= piece.length;
      if (!socket.write(piece)) {
        socket.once("drain", more);
        return;
      }
    }
  };
  more();
}

const answersLarge = (socket: Socket) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE}\r\n\r\n`);
  pour(socket, Buffer.alloc(256 * 1024, "x"), LARGE);
};

/** The most that there ever was. */
function mostResident(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

/** What a handler does to the first delivery that it is given. */
const faults: [string, (socket: Socket) => unknown, string][] = [
  ["hangs", () => {}, "timed-out"],
  ["resets the connection", (socket) => socket.resetAndDestroy(), "aborted"],
  ["closes without a word", (socket) => socket.end(), "aborted"],
  ["answers too slowly", (socket) => setTimeout(() => socket.write(ok), 2_000), "timed-out"],
  [
    "drips its answer",
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      const drip = setInterval(() => socket.write("x"), 50);
      socket.once("close", () => clearInterval(drip));
    },
    "timed-out",
  ],
  [
    "sends header fields for ever",
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      pour(socket, Buffer.from("X-More: and more\r\n".repeat(500)), LARGE);
    },
    "aborted",
  ],
  ["answers garbage", (socket) => socket.write("\x16\x03\x01garbage\r\n\r\n"), "aborted"],
  ["breaks off", (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), "aborted"],
];

test("whatever a handler does to one delivery, it is handed over again, before the next of its job", {
  timeout: 60_000,
}, async () => {
  const done = new Set<string>();
  const handler = await startHandler((socket, request) => {
    const [job = ""] = jobOf(request).split(" ");
    if (done.has(job)) return socket.write(ok);
    done.add(job);
    return faults[Number(job)]?.[1](socket);
  });
  const listening = await startListen(handler.port, ["--ack", "early", "--timeout", "700ms"]);
  for (const percent of [1, 2])
    for (const job of faults.keys())
      expect(statusOf(await ask(listening.port, jobPost(String(job), percent)))).toBe(202);
  const taken = (id: number) =>
    listening.line((line) => line.type === "attempt" && line.delivery === id && line.status === 200);
  for (let id = 1; id <= 2 * faults.length; id += 1) await taken(id);

  for (const [job, [name, , outcome]] of faults.entries()) {
    const seen = handler.requests.map(jobOf).filter((of) => of.startsWith(`${job} `));
    expect([name, seen]).toEqual([name, [`${job} 1`, `${job} 1`, `${job} 2`]]);
    expect([name, (await listening.attempt(job + 1)).outcome]).toEqual([name, outcome]);
  }
  expect(await listening.stop()).toBe(0);
  expect((await hookspool(["ls", "--owed", "--json"], listening)).lines()).toEqual([]);
});

describe.runIf(process.platform === "linux")(`an answer of ${LARGE / MB} MB`, () => {
  test.each([
    ["goes through to the sender", ["--ack", "pass"]],
    ["is heard to the end in the background", ["--ack", "early"]],
  ])("%s, in constant memory", { timeout: extent(60_000, 200_000) }, async (_how, flags) => {
    const handler = await startHandler();
    const listening = await startListen(handler.port, flags);
    for (let i = 0; i < 20; i += 1) await ask(listening.port, post("/warm", "x".repeat(100_000)));
    const before = mostResident(listening.pid);
    handler.answer = answersLarge;
    const connection = await openConnection(listening.port);
    connection.socket.removeAllListeners("data");
    let received = 0;
    connection.socket.on("data", (chunk: Buffer) => (received += chunk.length));
    connection.send(post("/large", "x"));
    await listening.attempt(21);
    // What the collector lets pile up, for 300 MB as for 1 GB.
    expect((mostResident(listening.pid) - before) / MB).toBeLessThan(160);
    if (flags.includes("pass")) await expect.poll(() => received).toBeGreaterThan(LARGE);
    connection.close();
    await listening.stop();

    const store = openStore(listening.dir);
    const [attempt] = store.reader.attempts(21);
    expect(attempt).toMatchObject({ outcome: "responded", status: 200, response: { bytes: LARGE } });
    expect(attempt?.response?.body.length).toBe(RECORDED_RESPONSE_BYTES);
    await store.close();
  });
});
