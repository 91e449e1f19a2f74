import { expect, test } from "vitest";
import { verified } from "../../src/core/verdict.ts";
import { openStore } from "../../src/store/store.ts";
import { reindex } from "../../src/wiring/reindex.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newDelivery } from "../support/deliveries.ts";
import { forged } from "../support/send-forged.ts";

const secret = "whsec_of-wavespeed";

/** As it was stored when the catalogue knew nothing. */
function unknownDelivery() {
  const { headers, body } = forged({ provider: "wavespeed", secret, job: "task_1" });
  return newDelivery({ head: { headers, receivedAt: Date.now() }, body });
}

function openedStore() {
  const dir = temporaryFolder();
  const store = openStore(dir);
  atTheEnd(() => store.close());
  return { dir, store };
}

test("gives what is recognised now its provider, its verdict on arrival, and the first of its kind", async () => {
  const { dir, store } = openedStore();
  await Promise.all([1, 2].map(() => store.writer.append(unknownDelivery())));
  const environment = { HOOKSPOOL_SECRET_WAVESPEED: secret };
  expect(await reindex(dir, environment, store)).toEqual({ examined: 2, changed: 2 });
  const known = { provider: "wavespeed", event: "completed", job: "task_1", verdict: "verified" };
  expect(store.reader.delivery(1)).toMatchObject({ ...known, duplicateOf: null });
  expect(store.reader.delivery(2)).toMatchObject({ ...known, duplicateOf: 1 });
  expect(await reindex(dir, environment, store)).toEqual({ examined: 2, changed: 0 });
});

test.each([
  ["its secret is gone", {}],
  ["its secret is another now", { HOOKSPOOL_SECRET_WAVESPEED: "whsec_new" }],
])("leaves a verified delivery alone when %s", async (_case, environment) => {
  const { dir, store } = openedStore();
  await store.writer.append(unknownDelivery());
  await reindex(dir, { HOOKSPOOL_SECRET_WAVESPEED: secret }, store);
  expect((await reindex(dir, environment, store)).changed).toBe(0);
  expect(store.reader.delivery(1)?.verdict).toBe("verified");
});

test("leaves a delivery the provider that it was taken for, where it is not recognised", async () => {
  const { dir, store } = openedStore();
  const given = newDelivery({ identity: { provider: "get3w" } });
  await store.writer.append({ ...given, verification: verified("the signature fits") });
  await reindex(dir, {}, store);
  expect(store.reader.delivery(1)).toMatchObject({ provider: "get3w", verdict: "verified" });
});

test("goes through a thousand", async () => {
  const { dir, store } = openedStore();
  await Promise.all(Array.from({ length: 1_000 }, () => store.writer.append(unknownDelivery())));
  expect(await reindex(dir, {}, store)).toEqual({ examined: 1_000, changed: 1_000 });
  expect(store.reader.delivery(1_000)).toMatchObject({ provider: "wavespeed", duplicateOf: 1 });
});
