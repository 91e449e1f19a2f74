import { createHash, randomBytes, randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { INLINE_BODY_BYTES } from "../../src/core/delivery.ts";
import { DATABASE_BODY_BYTES } from "../../src/store/body-groups.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { openConnection, post, statusOf } from "../support/raw-client.ts";
import { startCountingHandler } from "./counting-handler.ts";
import { extent } from "./extent.ts";

/** Of each mode. */
const ROUNDS = Number(process.env.HOOKSPOOL_KILL_ROUNDS ?? extent(25, 250));
const SENDERS = 24;

/** From the first answer, or in one round of five from the moment hookspool is ready, to its death, in ms. */
const LONGEST_LIFE_MS = 300;

/** Of all bodies, one in this many is a file, and one shares a file with others. */
const LARGE_EVERY = 20;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** One step of a job: every sender has a job of its own in every round. */
function progress(job: string, percent: number): Buffer {
  const sizes = new Map([
    [LARGE_EVERY - 1, INLINE_BODY_BYTES],
    [LARGE_EVERY / 2, DATABASE_BODY_BYTES],
  ]);
  const size = sizes.get(percent % LARGE_EVERY) ?? 300;
  const filler = randomBytes(size).toString("base64");
  const timestamp = `at ${percent}`;
  return Buffer.from(
    JSON.stringify({ event: "job.processing", jobId: job, progress: { percent }, timestamp, filler }),
  );
}

describe.each([
  { mode: "pass", flags: [], promised: 200 },
  { mode: "early", flags: ["--ack", "early"], promised: 202 },
])("kill -9 of all processes at any moment, --ack $mode", ({ mode, flags, promised }) => {
  test("loses nothing acknowledged, repeats nothing recorded as taken, and keeps the order of a job", {
    timeout: 60_000 + ROUNDS * 3_000,
  }, async () => {
    const dir = temporaryFolder();
    const handler = await startCountingHandler(() => randomInt(4));
    /** The digest of every delivery that was acknowledged in this round, by path. */
    const acknowledged = new Map<string, string>();
    const everAcknowledged = new Set<string>();
    /** Deliveries without a 2xx on record, by number. */
    const open = new Map<number, string>();
    /** How many requests the handler had had when a 2xx for one was first found on record. */
    const takenAt = new Map<string, number>();
    let newest = 0;
    let onAcknowledged = () => {};

    async function send(port: number, job: string) {
      const connection = await openConnection(port).catch(() => undefined);
      for (let percent = 1; connection; percent += 1) {
        const body = progress(job, percent);
        const answer = connection.answer();
        connection.send(post(`/${job}/${percent}`, body));
        const received = await answer.catch(() => undefined);
        if (!received) return connection.close();
        expect(statusOf(received)).toBe(promised);
        acknowledged.set(`/${job}/${percent}`, sha256(body));
        onAcknowledged();
      }
    }

    function examine(store: Store) {
      expect(store.integrity()).toBe("ok");
      const kept = new Map<string, number>();
      for (;;) {
        const page = store.reader.deliveriesAfter(newest, 1_000);
        for (const { id, path } of page) {
          newest = id;
          kept.set(path, id);
          open.set(id, path);
        }
        if (page.length === 0) break;
      }
      for (const [path, digest] of acknowledged) {
        const id = kept.get(path) ?? 0;
        expect([path, store.reader.delivery(id)?.digest]).toEqual([path, digest]);
        expect(sha256(store.reader.body(id)?.bytes() ?? Buffer.alloc(0))).toBe(digest);
        everAcknowledged.add(path);
      }
      acknowledged.clear();
      for (const [id, path] of open) {
        if (store.reader.delivery(id)?.owed) continue;
        open.delete(id);
        takenAt.set(path, handler.handed.length);
      }
    }

    async function look() {
      const store = openStore(dir);
      try {
        examine(store);
      } finally {
        await store.close();
      }
    }

    for (let round = 1; round <= ROUNDS; round += 1) {
      await handler.nextRun();
      const listening = await startListen(handler.port, flags, { dir, ownGroup: true });
      const senders = Array.from({ length: SENDERS }, (_, sender) =>
        send(listening.port, `${round}-${sender}`),
      );
      // However busy the machine is, most rounds are to have something in them.
      if (randomInt(5) > 0) await new Promise<void>((resolve) => (onAcknowledged = resolve));
      setTimeout(() => listening.killGroup(), randomInt(LONGEST_LIFE_MS));
      expect(await listening.exited).toBe("SIGKILL");
      await Promise.all(senders);
      await look();
    }

    await handler.nextRun();
    expect((await hookspool(["redeliver"], { dir })).code).toBe(0);
    await look();
    expect([...open.values()]).toEqual([]);

    const { handed } = handler;
    const times = new Map<string, number[]>();
    handed.forEach(({ name }, i) => void times.set(name, [...(times.get(name) ?? []), i]));
    expect([...everAcknowledged].filter((name) => !times.has(name))).toEqual([]);
    // Nothing was handed on that was not kept.
    expect([...times.keys()].filter((name) => !takenAt.has(name))).toEqual([]);
    expect([...takenAt].filter(([name, at]) => (times.get(name)?.at(-1) ?? -1) >= at)).toEqual([]);

    const runsOf = (name: string) => times.get(name)?.map((i) => handed[i]?.run);
    expect(
      [...times.keys()].filter((name) => new Set(runsOf(name)).size < (runsOf(name)?.length ?? 0)),
    ).toEqual([]);

    const steps = new Map<string, number>();
    const outOfOrder = handed.filter(({ name }) => {
      const [, job = "", percent] = name.split("/");
      const before = steps.get(job) ?? 0;
      steps.set(job, Number(percent));
      return Number(percent) < before;
    });
    expect(outOfOrder).toEqual([]);

    // Rounds in which nothing happened would prove nothing.
    expect(everAcknowledged.size).toBeGreaterThan(ROUNDS * 4);
    console.info(
      `kill -9, --ack ${mode}: ${ROUNDS} rounds, ${everAcknowledged.size} deliveries acknowledged, none lost; ` +
        `${times.size} handed on ${handed.length} times (${handed.length - times.size} again after a kill)`,
    );
  });
});
