import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { INLINE_BODY_BYTES } from "../../src/core/delivery.ts";
import { openStore } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { valuesOf } from "../support/messages.ts";
import { ask, openConnection, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";

const small = randomBytes(500);
const large = randomBytes(INLINE_BODY_BYTES + 1);

/** What is stored, with all that its integrity means. */
async function kept(dir: string) {
  const store = openStore(dir);
  try {
    expect(store.integrity()).toBe("ok");
    const all = store.reader.deliveriesAfter(0, 100_000);
    for (const { id, bytes } of all) expect(store.reader.body(id)?.bytes().length).toBe(bytes);
    return all;
  } finally {
    await store.close();
  }
}

describe("a data directory that is taken away while it is in use", () => {
  const gone = "was deleted or moved away while it was in use";

  test.each([
    ["deleted", (dir: string) => rmSync(dir, { recursive: true })],
    ["moved", (dir: string) => renameSync(dir, `${dir}.moved`)],
    [
      "replaced by a copy",
      (dir: string) => (renameSync(dir, `${dir}.old`), cpSync(`${dir}.old`, dir, { recursive: true })),
    ],
  ])("%s: senders keep their copies, and the person is told", async (_how, takeAway) => {
    const dir = join(temporaryFolder(), "data");
    const handler = await startHandler();
    const listening = await startListen(handler.port, [], { dir });
    for (const body of [small, large]) expect(statusOf(await ask(listening.port, post("/", body)))).toBe(200);
    takeAway(dir);
    for (const body of [small, large, small]) {
      const answer = await ask(listening.port, post("/", body));
      expect(statusOf(answer)).toBe(503);
      expect(valuesOf(answer.headers, "retry-after")).toHaveLength(1);
    }
    const error = await listening.line(({ type }) => type === "error");
    expect(error).toMatchObject({ code: "E_DATA_DIRECTORY", message: expect.stringContaining(gone) });
    expect(handler.requests).toHaveLength(2);
    await listening.stop();
  });

  test("is as good as before once it is put back", async () => {
    const dir = join(temporaryFolder(), "data");
    const handler = await startHandler();
    const listening = await startListen(handler.port, [], { dir });
    const send = async (body: Uint8Array) => statusOf(await ask(listening.port, post("/", body)));
    expect([await send(small), await send(large)]).toEqual([200, 200]);
    renameSync(dir, `${dir}.moved`);
    expect([await send(small), await send(large)]).toEqual([503, 503]);
    renameSync(`${dir}.moved`, dir);
    expect([await send(small), await send(large)]).toEqual([200, 200]);
    await listening.stop();
    expect((await kept(dir)).filter(({ attempts }) => attempts > 0)).toHaveLength(4);
  });

  test("may be made anew by the next start", async () => {
    const dir = join(temporaryFolder(), "data");
    const handler = await startHandler();
    for (const _ of [1, 2]) {
      const listening = await startListen(handler.port, [], { dir });
      expect(statusOf(await ask(listening.port, post("/", large)))).toBe(200);
      expect(await kept(dir)).toHaveLength(1);
      rmSync(dir, { recursive: true });
      await listening.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

/** A folder on a disk of its own; `undefined` where none may be mounted. */
function ownDisk(): string | undefined {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  if (spawnSync("mount", ["-t", "tmpfs", "hookspool-test", folder]).status !== 0) return undefined;
  atTheEnd(() => void spawnSync("umount", ["--lazy", folder]));
  return folder;
}

const disk = process.platform === "linux" ? ownDisk() : undefined;
if (!disk)
  console.warn("A read-only data directory is not tested: no tmpfs can be mounted here (not root?).");

test.runIf(disk)("a data directory that may only be read is refused in one sentence", async () => {
  const dir = join(String(disk), "data");
  const store = openStore(dir);
  await store.close();
  const remount = (how: string) =>
    expect(spawnSync("mount", ["-o", `remount,${how}`, String(disk)]).status).toBe(0);
  remount("ro");
  for (const words of [["listen", "3000", "--tunnel", "none"], ["ls"]]) {
    const { code, stderr } = await hookspool(words, { dir });
    expect([words[0], code]).toEqual([words[0], 5]);
    expect(stderr).toMatch(/it may not be written to \(E_DATA_DIRECTORY\)\. Name another with --dir/);
  }
  remount("rw");
  expect((await hookspool(["ls"], { dir })).code).toBe(0);
});

test.runIf(process.platform !== "win32")(
  "with too few file descriptors, some senders are turned away, and all is well afterwards",
  { timeout: 60_000 },
  async () => {
    const handler = await startHandler();
    const under = ["sh", "-c", 'ulimit -n 256; exec "$@"', "sh"];
    const listening = await startListen(handler.port, ["--no-inspector"], { under });
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const body = i % 4 === 0 ? large : small;
        const answer = await ask(listening.port, post(`/${i}`, body)).catch(() => undefined);
        return { path: `/${i}`, status: answer && statusOf(answer) };
      }),
    );
    for (let i = 0; i < 10; i += 1)
      expect(statusOf(await ask(listening.port, post(`/after/${i}`, large)))).toBe(200);
    expect(await listening.stop()).toBe(0);

    const paths = new Set((await kept(listening.dir)).map(({ path }) => path));
    const good = answers.filter(({ status }) => status === 200);
    expect(good.filter(({ path }) => !paths.has(path))).toEqual([]);
    const said = listening.stderr().match(/too many files are open \(E_DATA_DIRECTORY\)/g) ?? [];
    expect(said.length).toBeLessThan(5);
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => ![200, 502, 503, undefined].includes(status))).toEqual([]);
  },
);

test("eight processes capture into one data directory, and nothing is lost or handed on twice", {
  timeout: 90_000,
}, async () => {
  const dir = temporaryFolder();
  const handler = await startHandler();
  const flags = [[], ["--ack", "early"]];
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, i) => startListen(handler.port, flags[i % 2], { dir })),
  );
  const acknowledged: string[] = [];
  const send = async (port: number, sender: string) => {
    const connection = await openConnection(port);
    for (let i = 0; i < 25; i += 1) {
      const path = `/${sender}/${i}`;
      const answer = connection.answer();
      connection.send(post(path, i === 20 ? large : small));
      expect([200, 202]).toContain(statusOf(await answer));
      acknowledged.push(path);
    }
    connection.close();
  };
  await Promise.all(all.flatMap(({ port }, i) => [0, 1, 2, 3].map((j) => send(port, `${i}.${j}`))));
  await expect.poll(() => handler.requests.length).toBe(acknowledged.length);
  expect(await Promise.all(all.map((one) => one.stop()))).toEqual(Array(8).fill(0));

  const deliveries = await kept(dir);
  expect(deliveries.map(({ path }) => path).sort()).toEqual(acknowledged.sort());
  expect(deliveries.map(({ id }) => id)).toEqual(deliveries.map((_, i) => i + 1));
  expect(deliveries.filter(({ owed, attempts }) => owed || attempts !== 1)).toEqual([]);
  for (const { stderr } of all) expect(stderr()).not.toContain("E_");
});
