import { expect, test } from "vitest";
import type { DeliveryReader } from "../../src/core/ports.ts";
import { openStore } from "../../src/store/store.ts";
import { changesSince, newestCursor } from "../../src/web/changes.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

const store = openStore(temporaryFolder());
const { reader, writer } = store;

const event = { provider: "wazza", job: "job_1", dedupeKey: "key_1" };

test("a tab is told of what came, of what was tried, and of what that has settled", async () => {
  await writer.append(newDelivery({ identity: event }));
  await writer.appendAttempt(newAttempt(1, 500));
  await writer.append(newDelivery({ identity: event }));
  await writer.flush();
  const cursor = newestCursor(reader);
  expect(changesSince(reader, cursor)).toBeUndefined();
  await writer.append(newDelivery());
  await writer.appendAttempt(newAttempt(2, 200));
  await writer.flush();
  const told = changesSince(reader, cursor);
  const deliveries = told?.type === "changes" ? told.deliveries : [];
  expect(Object.fromEntries(deliveries.map(({ id, owed }) => [id, owed]))).toEqual({
    1: false,
    2: false,
    3: true,
  });
});

test("a tab is told of what else has changed, once", async () => {
  const cursor = newestCursor(reader);
  const told = changesSince(reader, cursor, [3]);
  expect(told).toMatchObject({ type: "changes", deliveries: [{ id: 3 }], cursor });
});

test("what is tried between two reads of the store is told, now or the next time", async () => {
  let cursor = newestCursor(reader);
  const { id } = await writer.append(newDelivery());
  const early = {
    deliveriesAfter: reader.deliveriesAfter(cursor.delivery, 10),
    attemptsAfter: reader.attemptsAfter(cursor.attempt, 10),
  };
  await writer.appendAttempt(newAttempt(id, 200));
  await writer.flush();
  // Whichever is read first is read before the attempt.
  let reads = 0;
  const changing = new Proxy(reader, {
    get(target, name: keyof DeliveryReader) {
      const isEarly = name in early && reads++ === 0;
      return isEarly ? () => early[name as keyof typeof early] : target[name];
    },
  });
  const told = new Map<number, number | null>();
  for (let message = changesSince(changing, cursor); message?.type === "changes"; ) {
    for (const { id, lastStatus } of message.deliveries) told.set(id, lastStatus);
    cursor = message.cursor;
    message = changesSince(changing, cursor);
  }
  expect(told).toEqual(new Map([[id, 200]]));
});

test("a tab that is far behind looks anew", async () => {
  const cursor = newestCursor(reader);
  await Promise.all(Array.from({ length: 1_001 }, () => writer.append(newDelivery())));
  expect(changesSince(reader, cursor)).toEqual({ type: "restart" });
  await store.close();
});
