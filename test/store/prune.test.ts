import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { databaseFile, openStore, type Store } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

const BODY_BYTES = 10_000;

/** Deliveries of one size; all but each tenth were answered. */
async function filled(count: number): Promise<Store & { readonly dir: string }> {
  const dir = temporaryFolder();
  const store = openStore(dir);
  atTheEnd(() => store.close());
  await Promise.all(
    Array.from({ length: count }, () => store.writer.append(newDelivery({ body: randomBytes(BODY_BYTES) }))),
  );
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      store.writer.appendAttempt(newAttempt(i + 1, i % 10 ? 200 : 500)),
    ),
  );
  return Object.assign(store, { dir });
}

test("by size, the oldest go until the rest is small enough, and what is owed stays", async () => {
  const store = await filled(600);
  const maxBytes = 300 * BODY_BYTES;
  const preview = store.previewPrune({ maxBytes, force: false });
  const { deliveries, bytes } = await store.prune({ maxBytes, force: false });
  expect(deliveries / preview.deliveries).toBeCloseTo(1, 1);
  expect(bytes / preview.bytes).toBeCloseTo(1, 0);

  const left = store.reader.list({}, { limit: 1_000 });
  const answered = left.filter(({ owed }) => !owed);
  expect(left.length).toBeGreaterThan(200);
  expect(left.length).toBeLessThan(300);
  expect(left.filter(({ owed }) => owed)).toHaveLength(60);
  // The newest of them, without a gap.
  expect(answered.at(-1)?.id).toBeGreaterThan(300);
  expect(answered.map(({ id }) => id)).toEqual(
    Array.from({ length: 600 }, (_, i) => 600 - i).filter(
      (id) => id % 10 !== 1 && id >= (answered.at(-1)?.id ?? 0),
    ),
  );
  expect(await store.prune({ maxBytes, force: false })).toEqual({ deliveries: 0, bytes: 0 });
});

test("it goes in steps, and between two others write", async () => {
  const store = await filled(300);
  let rested = 0;
  await store.prune(
    { keep: 1, force: false },
    {
      rest: async () => {
        rested += 1;
        // In between, somebody else may write.
        await store.writer.append(newDelivery());
      },
    },
  );
  expect(rested).toBeGreaterThanOrEqual(3);
  expect(store.reader.counts()).toEqual({ deliveries: 30 + rested, owed: 30 + rested });
});

test("the database that is written anew is as small as what is left", async () => {
  const store = await filled(300);
  const size = () => {
    store.checkpoint("RESTART");
    return statSync(databaseFile(store.dir)).size;
  };
  const before = size();
  const { bytes } = await store.prune({ keep: 30, force: true });
  expect(store.freeBytes()).toBeGreaterThan(200 * BODY_BYTES);
  expect(bytes).toBeGreaterThan(200 * BODY_BYTES);
  expect(size()).toBe(before);
  store.compact();
  expect(size()).toBeLessThan(0.25 * before);
  expect(store.freeBytes()).toBe(0);
  expect(store.integrity()).toBe("ok");
});

test("what is promised to a session that runs stays, forced or not", async () => {
  const store = await filled(0);
  for (const promisedTo of ["http://localhost:3000", "http://localhost:4000", null])
    await store.writer.append({ ...newDelivery(), promisedTo });
  await store.prune({ keep: 0, force: true, inHands: { notPromisedTo: ["http://localhost:3000"] } });
  expect(store.reader.list({}, { limit: 9 }).map(({ id }) => id)).toEqual([1]);
});
