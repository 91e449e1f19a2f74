import { join } from "node:path";
import { expect, test } from "vitest";
import { migrate } from "../../src/store/migrations.ts";
import { createReader } from "../../src/store/reader.ts";
import { openDatabase } from "../../src/store/sqlite.ts";
import { openStore } from "../../src/store/store.ts";
import { createWriter } from "../../src/store/writer.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

/** A writer whose syncs are counted, and last until they are let go. */
function countedWriter() {
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
  return {
    writer: createWriter(database, log, bodies),
    reader: createReader({ database, bodyFolder: bodies, index: () => undefined }),
    syncs: () => syncs,
    failFrom: () => (failing = true),
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
