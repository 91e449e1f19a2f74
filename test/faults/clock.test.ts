import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { jobOf, jobPost } from "../support/job-post.ts";
import { ask, statusOf } from "../support/raw-client.ts";
import { ok, startHandler } from "../support/raw-handler.ts";
import { buildLibrary, noPreloading } from "./preloaded.ts";

if (noPreloading) console.warn(`A clock that is set is not tested: ${noPreloading}.`);

const DAY_MS = 24 * 60 * 60_000;
const no = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";

test.skipIf(noPreloading).each([
  ["back by a day", -DAY_MS],
  ["forward by ten days", 10 * DAY_MS],
])(
  "a clock that is set %s makes nothing wait, be given up, or lose its place",
  { timeout: 60_000 },
  async (_how, shift) => {
    const clock = join(temporaryFolder(), "shift");
    const setClock = (ms: number) => writeFileSync(clock, new BigInt64Array([BigInt(ms)]), { flag: "r+" });
    writeFileSync(clock, Buffer.alloc(8));
    const env = { LD_PRELOAD: buildLibrary("shift-clock"), SHIFT_CLOCK: clock };

    let refused = 0;
    const handler = await startHandler((socket, request) => {
      if (jobOf(request) !== "a 1" || refused >= 2) return socket.write(ok);
      refused += 1;
      if (refused === 1) setClock(shift);
      return socket.write(no);
    });
    const listening = await startListen(handler.port, ["--ack", "early"], { env });
    const send = async (job: string, percent: number) =>
      expect(statusOf(await ask(listening.port, jobPost(job, percent)))).toBe(202);
    await send("a", 1);
    await send("a", 2);
    const start = performance.now();
    await listening.line((line) => line.type === "attempt" && line.delivery === 2 && line.status === 200);
    // Two tries that fail wait for 3 s at most.
    expect(performance.now() - start).toBeLessThan(8_000);
    await send("b", 1);
    setClock(0);
    await send("b", 2);
    await listening.line((line) => line.type === "attempt" && line.delivery === 4 && line.status === 200);
    expect(handler.requests.map(jobOf).filter((of) => of.startsWith("a"))).toEqual([
      ...Array(3).fill("a 1"),
      "a 2",
    ]);
    expect(listening.lines.filter(({ type }) => type === "given-up")).toEqual([]);
    await listening.stop();

    const lines = (await hookspool(["ls", "--json"], listening)).lines();
    expect(lines.map(({ id, owed }) => [id, owed])).toEqual([4, 3, 2, 1].map((id) => [id, false]));
    const received = lines.map(({ receivedAt }) => Date.parse(String(receivedAt)));
    expect(Math.abs((received[1] ?? 0) - (received[0] ?? 0) - shift)).toBeLessThan(60_000);
  },
);
