import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { startListen } from "../support/hookspool.ts";
import { createMessageReader, valuesOf } from "../support/messages.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";
import { extent } from "./extent.ts";
import { mutatedRequest } from "./mutated-requests.ts";
import { seededChance } from "./seeded-chance.ts";

const REQUESTS = Number(process.env.HOOKSPOOL_FUZZ_REQUESTS ?? extent(5_000, 100_000));
const SEED = Number(process.env.HOOKSPOOL_FUZZ_SEED ?? 1);
const CONNECTIONS = 24;
const MOST_PIPELINED = 4;

/** Once all has been sent, an answer to all is due within this, in ms. */
const HANG_MS = 30_000;

const MB = 1024 * 1024;

/** Everything that comes back for these bytes, sent in pieces, until the other side closes; `undefined` if never. */
function exchange(port: number, bytes: Buffer, chance: () => number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const received: Buffer[] = [];
    const hang = setTimeout(() => {
      resolve(undefined);
      socket.destroy();
    }, HANG_MS);
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    // What is half closed would not be told of the other half.
    socket.once("end", () => socket.resetAndDestroy());
    socket.on("error", () => {});
    socket.once("close", () => {
      clearTimeout(hang);
      resolve(Buffer.concat(received));
    });
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + 1 + Math.floor(chance() * (chance() < 0.2 ? 20 : 4_000)));
      socket.write(piece);
      at += piece.length;
    }
    socket.end();
  });
}

const residentBytes = (pid: number) =>
  process.platform === "linux"
    ? Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024
    : 0;

test(`${REQUESTS} mutated requests (seed ${SEED}): no crash, no hang, and what was answered 2xx is kept`, {
  timeout: 60_000 + REQUESTS * 8,
}, async () => {
  const handler = await startHandler(
    (socket, { digest }) =>
      socket.write(`HTTP/1.1 200 OK\r\nX-Digest: ${digest}\r\nContent-Length: 0\r\n\r\n`),
    { forgetBodies: true, forgetRequests: true },
  );
  const listening = await startListen(handler.port, ["--no-inspector"], { forgetLines: true });
  /** How often a body was answered for, by digest. */
  const answered = new Map<string, number>();
  const statuses = new Map<number, number>();
  const hung: string[] = [];
  let sent = 0;
  let warm = 0;

  async function send(sender: number) {
    const chance = seededChance(SEED * 1_000 + sender);
    while (sent < REQUESTS) {
      // What stands behind a bad one on its connection is not looked at.
      const pipelined = chance() < 0.3 ? Math.floor(chance() * MOST_PIPELINED) : 0;
      const count = Math.min(REQUESTS - sent, 1 + pipelined);
      sent += count;
      const bytes = Buffer.concat(Array.from({ length: count }, () => mutatedRequest(chance)));
      const received = await exchange(listening.port, bytes, chance);
      if (!received) hung.push(bytes.toString("latin1"));
      for (const answer of createMessageReader({ kind: "response" }).push(received ?? Buffer.alloc(0))) {
        const status = statusOf(answer);
        // Behind the answer to a HEAD, which has a length and no body, nothing can be told.
        if (!(status >= 100)) break;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const [digest] = valuesOf(answer.headers, "x-digest");
        if (digest !== undefined) answered.set(digest, (answered.get(digest) ?? 0) + 1);
      }
      if (warm === 0 && sent > REQUESTS / 4) warm = residentBytes(listening.pid);
    }
  }

  await Promise.all(Array.from({ length: CONNECTIONS }, (_, sender) => send(sender)));
  expect(hung).toEqual([]);
  const growth = (residentBytes(listening.pid) - warm) / MB;
  expect(statusOf(await ask(listening.port, post("/last", "x")))).toBe(200);
  expect(await listening.stop()).toBe(0);
  expect(listening.stderr()).not.toContain("E_");

  const store = openStore(listening.dir);
  expect(store.integrity()).toBe("ok");
  let kept = 0;
  for (let last = 0; ; ) {
    const page = store.reader.deliveriesAfter(last, 1_000);
    for (const { id, bytes } of page) {
      last = id;
      kept += 1;
      expect(id).toBe(kept);
      expect(store.reader.body(id)?.bytes().length).toBe(bytes);
      const digest = store.reader.delivery(id)?.digest ?? "";
      const left = answered.get(digest);
      if (left !== undefined) left === 1 ? answered.delete(digest) : answered.set(digest, left - 1);
    }
    if (page.length === 0) break;
  }
  await store.close();
  expect([...answered]).toEqual([]);
  expect(kept).toBeGreaterThan(REQUESTS / 4);
  expect(growth).toBeLessThan(64);
  const counted = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  console.info(
    `Fuzzing: ${sent} mutated requests, ${kept} kept, answers ${counted.join(", ")}; ` +
      `${Math.round(warm / MB)} MB resident after a quarter, ${growth.toFixed(1)} MB more at the end`,
  );
});
