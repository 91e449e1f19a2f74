import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { openConnection, post, statusOf } from "../support/raw-client.ts";
import { ok, startHandler } from "../support/raw-handler.ts";

describe("ls", () => {
  const dir = temporaryFolder();
  const ls = async (...args: string[]) => {
    const run = await hookspool(["ls", "--json", ...args], { dir });
    return run.code === 0 ? run.lines().map(({ id }) => id) : run.lines()[0]?.code;
  };

  beforeAll(async () => {
    const store = openStore(dir);
    const hour = 3_600_000;
    const given = [
      {
        provider: "fal",
        event: "completed",
        job: "job_1",
        path: "/hooks/a",
        body: "fat cat",
        ago: 50 * hour,
        status: 200,
      },
      {
        provider: "fal",
        event: "failed",
        job: "job_2",
        path: "/hooks/b",
        body: "cat",
        ago: 3 * hour,
        status: 500,
      },
      {
        provider: "replicate",
        event: "completed",
        job: "job_3",
        path: "/other/hooks",
        body: "dog",
        ago: hour,
        status: null,
      },
    ] as const;
    for (const [i, { provider, event, job, path, body, ago, status }] of given.entries()) {
      const head = { path, receivedAt: Date.now() - ago };
      await store.writer.append(newDelivery({ head, body, identity: { provider, event, job } }));
      await store.writer.appendAttempt(newAttempt(i + 1, status));
    }
    await store.writer.append(newDelivery({ head: { receivedAt: Date.now() }, body: "cat fat" }));
    await store.close();
  });

  test.each([
    [[], [4, 3, 2, 1]],
    [
      ["--provider", "fal"],
      [2, 1],
    ],
    [
      ["--provider", "fal,replicate", "--event", "completed"],
      [3, 1],
    ],
    [["--job", "job_2"], [2]],
    [
      ["--status", "5xx,none"],
      [4, 3, 2],
    ],
    [
      ["--verdict", "undecided", "--limit", "2"],
      [4, 3],
    ],
    [
      ["--since", "2h"],
      [4, 3],
    ],
    [["--since", "2d", "--until", "2h"], [2]],
    [
      ["--path", "/hooks"],
      [4, 2, 1],
    ],
    [["--owed"], [4, 3, 2]],
    [
      ["--search", "cat"],
      [4, 2, 1],
    ],
    [
      ["--search", "cat fat"],
      [4, 1],
    ],
    [["--search", '"fat cat"'], [1]],
    [["--search", "d*"], [3]],
    [["is:failure", "search:cat"], [2]],
    [
      ["--filter", "-provider:fal"],
      [4, 3],
    ],
    [["--before", "3", "--limit", "1"], [2]],
    [["--search", "nothing"], []],
    [["--since", "yesterday"], "E_FILTER"],
    [["colour:red"], "E_FILTER"],
  ])("%j lists %j", async (args, expected) => expect(await ls(...args)).toEqual(expected));
});

describe("while a session listens", () => {
  test("what standing rules let go goes by itself, and what is owed stays", async () => {
    const dir = temporaryFolder();
    const store = openStore(dir);
    await Promise.all(Array.from({ length: 40 }, () => store.writer.append(newDelivery())));
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => store.writer.appendAttempt(newAttempt(i + 1, i < 3 ? 500 : 200))),
    );
    const listening = await startListen(1, [], { dir, env: { HOOKSPOOL_PRUNE_KEEP: "10" } });
    const left = () => store.reader.list({}, { limit: 100 }).map(({ id }) => id);
    await expect.poll(left).toEqual([40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 3, 2, 1]);
    await store.close();
    expect(await listening.stop()).toBe(0);
  });

  test("prune leaves what is with its handler right now, forced or not", async () => {
    const dir = temporaryFolder();
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>();
    const handler = await startHandler((socket) => void mayAnswer.then(() => socket.write(ok)));
    const listening = await startListen(handler.port, [], { dir });
    const connection = await openConnection(listening.port);
    const answer = connection.answer();
    connection.send(post("/hooks", "body"));
    await listening.line(({ type }) => type === "delivery");

    const [removed] = (
      await hookspool(["prune", "--older-than", "0s", "--force", "--json"], { dir })
    ).lines();
    expect(removed).toMatchObject({ type: "removed", count: 0 });
    letAnswer();
    expect(statusOf(await answer)).toBe(200);
    expect(await listening.attempt(1)).toMatchObject({ outcome: "responded" });
    expect(await listening.stop()).toBe(0);
  });

  test("sessions that index at the same time and are killed leave an index that is right", async () => {
    const dir = temporaryFolder();
    const store = openStore(dir);
    const count = 4_000;
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        store.writer.append(
          newDelivery({ body: `${i % 2 ? "cat" : "dog"} n${i + 1} ${"word ".repeat(200)}` }),
        ),
      ),
    );
    const search = (word: string) =>
      store.reader.list({ words: [word] }, { limit: count }).map(({ id }) => id);
    const cats = search("cat");
    expect(cats).toHaveLength(count / 2);
    for (let round = 1; round <= 2; round += 1) {
      const sessions = await Promise.all([startListen(1, [], { dir }), startListen(1, [], { dir })]);
      await expect.poll(() => existsSync(join(dir, "search.db"))).toBe(true);
      await wait(Math.random() * 300);
      for (const session of sessions) session.signal("SIGKILL");
      await Promise.all(sessions.map(({ exited }) => exited));
      expect(search("cat")).toEqual(cats);
    }
    while (store.indexTexts(count));
    expect(search("cat")).toEqual(cats);
    expect([search("n1"), search(`n${count}`)]).toEqual([[1], [count]]);
    expect(store.integrity()).toBe("ok");
    await store.close();
  });
});
