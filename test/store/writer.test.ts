import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { migrate } from "../../src/store/migrations.ts";
import { createReader } from "../../src/store/reader.ts";
import { openDatabase } from "../../src/store/sqlite.ts";
import { openStore } from "../../src/store/store.ts";
import { createWriter } from "../../src/store/writer.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

/** A writer whose syncs are counted, and last until they are let go. */
function countedWriter({ onHeldUp }: { readonly onHeldUp?: (error: unknown) => void } = {}) {
  const dir = temporaryFolder();
  const database = openDatabase(join(dir, "hookspool.db"), { checkpoints: "automatic" });
  atTheEnd(() => database.close());
  migrate(database);
  let syncs = 0;
  let release = () => {};
  let failing = false;
  const log = {
    sync: () => {
      syncs += 1;
      return new Promise<void>((resolve, reject) => {
        release = failing ? () => reject(new Error("the disk is gone")) : resolve;
        setImmediate(() => release());
      });
    },
    close: () => {},
  };
  const bodies = join(dir, "bodies");
  mkdirSync(bodies);
  return {
    database,
    bodies,
    writer: createWriter({ database, log, bodyFolder: bodies, onHeldUp }),
    reader: createReader({ database, bodyFolder: bodies, index: () => undefined }),
    syncs: () => syncs,
    failFrom: () => (failing = true),
    recover: () => (failing = false),
  };
}

test("what arrives while one group is synced is the next group: a thousand deliveries take two syncs", async () => {
  const { writer, reader, syncs } = countedWriter();
  const first = writer.append(newDelivery());
  await Promise.resolve();
  const others = Array.from({ length: 999 }, () => writer.append(newDelivery()));
  const stored = await Promise.all([first, ...others]);
  expect(stored.map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  expect(syncs()).toBeLessThanOrEqual(2);
  expect(reader.counts()).toEqual({ deliveries: 1_000, owed: 1_000 });
});

test("nobody is told of a delivery before its sync is over", async () => {
  const { writer, syncs } = countedWriter();
  let told = false;
  const done = writer.append(newDelivery()).then(() => (told = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect([syncs(), told]).toEqual([1, false]);
  await done;
});

test("one delivery right after the other, each as soon as the one before is told of", async () => {
  const { writer, syncs } = countedWriter();
  for (let id = 1; id <= 20; id += 1) expect(await writer.append(newDelivery())).toMatchObject({ id });
  expect(syncs()).toBe(20);
});

test("an attempt made the moment a delivery is told of is written too", async () => {
  const { writer } = countedWriter();
  const { id } = await writer.append(newDelivery());
  expect(await writer.appendAttempt(newAttempt(id, 200))).toMatchObject({ number: 1 });
});

test("an attempt causes no sync of its own", async () => {
  const { writer, syncs } = countedWriter();
  const { id } = await writer.append(newDelivery());
  const before = syncs();
  await Promise.all([writer.appendAttempt(newAttempt(id, 500)), writer.appendAttempt(newAttempt(id, 200))]);
  expect(syncs()).toBe(before);
});

test("a sync that fails fails every delivery of its group, and the next group is tried again", async () => {
  const { writer, failFrom } = countedWriter();
  failFrom();
  const results = await Promise.allSettled([writer.append(newDelivery()), writer.append(newDelivery())]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

test("flush resolves when everything given so far is on disk", async () => {
  const { writer, reader } = countedWriter();
  void writer.append(newDelivery());
  await writer.flush();
  void writer.appendAttempt(newAttempt(1, 200));
  await writer.flush();
  expect(reader.attempts(1)).toHaveLength(1);
});

test("a delivery that the person forgot meanwhile leaves no attempt behind", async () => {
  const store = openStore(temporaryFolder());
  atTheEnd(() => store.close());
  const { id } = await store.writer.append(newDelivery());
  store.forget([id]);
  expect(await store.writer.appendAttempt(newAttempt(id, 200))).toMatchObject({ number: 0 });
  expect(store.reader.attemptsAfter(0, 10)).toEqual([]);
});

test("after a sync that failed, the log is begun anew before a delivery is promised again", async () => {
  const { writer, reader, database, failFrom, recover } = countedWriter();
  await writer.append(newDelivery());
  failFrom();
  await expect(writer.append(newDelivery())).rejects.toThrow("the disk is gone");
  recover();
  const checkpoint = vi.spyOn(database, "checkpoint").mockReturnValueOnce(false);
  await expect(writer.append(newDelivery())).rejects.toThrow("cannot be begun anew");
  expect(await writer.append(newDelivery())).toMatchObject({ id: 3 });
  await writer.append(newDelivery());
  expect(checkpoint.mock.calls).toEqual([["RESTART"], ["RESTART"]]);
  expect(reader.counts().deliveries).toBe(4);
});

test("an attempt in a group whose sync failed is on record once", async () => {
  const { writer, reader, failFrom } = countedWriter({ onHeldUp: () => {} });
  const { id } = await writer.append(newDelivery());
  failFrom();
  const [delivery, attempt] = await Promise.allSettled([
    writer.append(newDelivery()),
    writer.appendAttempt(newAttempt(id, 200)),
  ]);
  expect([delivery.status, attempt.status]).toEqual(["rejected", "fulfilled"]);
  expect(reader.attempts(id)).toHaveLength(1);
});

describe("on a disk that is full", () => {
  /** A database that takes no more pages is told of in the same words as a disk that has none. */
  function fullWriter() {
    const held: unknown[] = [];
    const given = countedWriter({ onHeldUp: (error) => held.push(error) });
    const setPages = (most: number) => given.database.exec(`PRAGMA max_page_count = ${most}`);
    return { ...given, held, fill: () => setPages(1), empty: () => setPages(1_000_000) };
  }
  const large = (delivery: number) => {
    const attempt = newAttempt(delivery, 200);
    const response = attempt.response && { ...attempt.response, body: Buffer.alloc(100_000) };
    return { ...attempt, response };
  };

  test("a delivery is refused, an attempt is kept until there is space, in its order", async () => {
    const { writer, reader, held, fill, empty } = fullWriter();
    const { id } = await writer.append(newDelivery());
    fill();
    const attempts = [writer.appendAttempt(large(id)), writer.appendAttempt(large(id))];
    await expect(writer.append(newDelivery({ body: Buffer.alloc(30_000) }))).rejects.toThrow("full");
    const third = writer.appendAttempt(newAttempt(id, 500));
    await writer.flush();
    expect(reader.attempts(id)).toEqual([]);
    expect(held.map(String)).toContain("Error: database or disk is full");
    empty();
    expect((await Promise.all([...attempts, third])).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(reader.attempts(id).map(({ status }) => status)).toEqual([200, 200, 500]);
    expect(await writer.append(newDelivery({ body: Buffer.alloc(30_000) }))).toMatchObject({ id: 2 });
  });

  test("a body that was to stand beside the database leaves no file behind", async () => {
    const { writer, bodies, fill, empty } = fullWriter();
    await writer.append(newDelivery());
    fill();
    const head = { path: `/${"a".repeat(30_000)}` };
    const refused = [1, 2].map(() => writer.append(newDelivery({ head, body: Buffer.alloc(100_000) })));
    for (const { status } of await Promise.allSettled(refused)) expect(status).toBe("rejected");
    expect(readdirSync(bodies)).toEqual([]);
    empty();
    expect(await writer.append(newDelivery({ body: Buffer.alloc(100_000) }))).toMatchObject({ id: 2 });
    expect(readdirSync(bodies)).toHaveLength(1);
  });

  test("what is kept is bounded, and what is past the bound is told of", async () => {
    const { writer, fill, empty } = fullWriter();
    const { id } = await writer.append(newDelivery());
    fill();
    const attempts = Array.from({ length: 300 }, () => writer.appendAttempt(large(id)));
    const settled = Promise.allSettled(attempts);
    await writer.flush();
    empty();
    const lost = (await settled).filter(({ status }) => status === "rejected").length;
    // 16 MiB of answers of 100 KB each.
    expect(300 - lost).toBeGreaterThan(150);
    expect(lost).toBeGreaterThan(100);
  });

  test("what is still kept at the end is told of", async () => {
    const { writer, fill } = fullWriter();
    const { id } = await writer.append(newDelivery());
    fill();
    const attempt = writer.appendAttempt(large(id));
    attempt.catch(() => {});
    await writer.close();
    await expect(attempt).rejects.toThrow("before the end");
  });

  test("without being asked to keep it, an attempt fails at once", async () => {
    const { writer, database } = countedWriter();
    const { id } = await writer.append(newDelivery());
    database.exec("PRAGMA max_page_count = 1");
    await expect(writer.appendAttempt(large(id))).rejects.toThrow("full");
  });
});

describe("attempts wait for each other, but", () => {
  const about = (job: string | null) => newDelivery({ identity: { ...newDelivery().identity, job } });

  test("never longer than for the next delivery of their job: after a kill it must not be told again behind that", async () => {
    const { database, writer } = countedWriter();
    const tried = () => Number(database.statement("SELECT count(*) AS n FROM attempts").get()?.n);
    const first = await writer.append(about("a"));
    void writer.appendAttempt(newAttempt(first.id, 200));
    await writer.append(about("b"));
    expect(tried()).toBe(0);
    await writer.append(about("a"));
    expect(tried()).toBe(1);
    await writer.close();
  });
});
