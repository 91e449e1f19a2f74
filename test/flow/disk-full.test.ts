import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { valuesOf } from "../support/messages.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

/** A data directory on a disk of its own, of 8 MB; `undefined` where none may be mounted. */
function smallDisk(): string | undefined {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "hookspool-test", folder]);
  if (status !== 0) return undefined;
  atTheEnd(() => void spawnSync("umount", ["--lazy", folder]));
  return folder;
}

test.runIf(process.platform === "linux")(
  "a disk that fills up: 503 and a sentence, attempts are kept, and all goes on when there is space",
  { timeout: 60_000 },
  async ({ skip }) => {
    const dir = smallDisk() ?? skip("no tmpfs can be mounted here: not root?");
    const filler = join(dir, "filler");
    let onRequest = () => {};
    const handler = await startHandler((socket) => {
      onRequest();
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const listening = await startListen(handler.port, ["--no-inspector"], { dir });
    expect(statusOf(await ask(listening.port, post("/before", "x")))).toBe(200);
    await listening.attempt(1);

    // The disk is full when the handler answers: the delivery is kept, its attempt cannot be.
    onRequest = () => fill(filler);
    const body = randomBytes(60_000);
    const during = await ask(listening.port, post("/during", body));
    expect(statusOf(during)).toBe(200);
    onRequest = () => {};

    for (const [path, size] of [
      ["/small", 60_000],
      ["/large", 600_000],
    ] as const)
      for (let i = 0; i < 20; i += 1) {
        const answer = await ask(listening.port, post(path, randomBytes(size)));
        expect([path, statusOf(answer)]).toEqual([path, 503]);
        expect(valuesOf(answer.headers, "retry-after")).toEqual(["5"]);
      }
    const error = await listening.line(({ type }) => type === "error");
    expect(error).toMatchObject({ code: "E_DATA_DIRECTORY" });
    expect(String(error.message)).toContain("the disk is full");
    expect(handler.requests).toHaveLength(2);

    rmSync(filler);
    await listening.attempt(2);
    for (const size of [10, 60_000, 600_000])
      expect(statusOf(await ask(listening.port, post("/after", randomBytes(size))))).toBe(200);
    await listening.attempt(5);
    expect(await listening.stop()).toBe(0);

    const told = listening.lines.filter(({ type }) => type === "turned-away").length;
    expect(told).toBeLessThan(10);
    expect(listening.lines.filter(({ type }) => type === "error").length).toBeLessThan(5);
    expect(listening.stderr()).toContain("deliveries are kept again");
    const lines = (await hookspool(["ls", "--json"], { dir })).lines();
    expect(lines.map(({ path, attempts, lastStatus }) => [path, attempts, lastStatus]).reverse()).toEqual(
      ["/before", "/during", "/after", "/after", "/after"].map((path) => [path, 1, 200]),
    );
  },
);

/** Takes all the space there is, to the last page. */
function fill(file: string): void {
  for (const size of [1_000_000, 4_096])
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch {
      // As meant: there is no space for more.
    }
}
