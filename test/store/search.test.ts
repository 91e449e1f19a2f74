import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Condition, traits } from "../../src/core/condition.ts";
import type { Delivery, DeliveryEvent } from "../../src/core/delivery.ts";
import { satisfies } from "../../src/inspect/satisfies.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";

const ALL = { limit: 1_000_000 };

const words = {
  provider: ["fal", "wavespeed", "Wazza", null],
  event: ["completed", "failed", "processing", null],
  eventName: ["job.completed", "OK", null],
  job: ["Task_1", "task_2", "größe", "K%_", null],
  path: ["/hooks", "/hooks/FAL?x=1", "/ü", '/"quoted"\\'],
  method: ["POST", "PUT"],
} as const;

/** Enough for some spans to be made, and the rarer for some to lack them. */
const COUNT = 1_400;

async function fill({ writer }: Store): Promise<void> {
  const pick = <T>(values: readonly T[], i: number): T => values[Math.floor(i) % values.length] as T;
  const appended = Array.from({ length: COUNT }, (_, i) => {
    const era = Math.floor(i / 300);
    const delivery = newDelivery({
      head: {
        // A clock that was put back once.
        receivedAt: 1_790_000_000_000 + i * 1_000 - (i > 700 ? 300_000 : 0),
        path: i % 5 === 0 ? `/unique/${i}` : pick(words.path, era + (i % 2)),
        method: pick(words.method, i / 500),
        origin: i % 97 === 0 ? "forged" : i === 5 ? "imported" : "captured",
      },
      identity: {
        provider: pick(words.provider, era),
        event: pick(words.event, i / 100) as DeliveryEvent,
        eventName: pick(words.eventName, i / 7),
        job: pick(words.job, i / 3),
        dedupeKey: i % 11 === 0 ? `k${i % 3}` : null,
      },
      refusal: i % 131 === 0 ? "body-too-large" : null,
      owed: i % 3 === 0,
    });
    const verification =
      i % 50 === 7
        ? ({ verdict: "rejected", reason: i > 900 ? "stale" : "mismatch", explanation: "" } as const)
        : delivery.verification;
    return writer.append({ ...delivery, verification });
  });
  await Promise.all(appended);
  const statuses = [200, 204, 500, 503, null, 404];
  await Promise.all(
    Array.from({ length: COUNT }, (_, i) => i)
      .filter((i) => i % 4 !== 0)
      .flatMap((i) =>
        Array.from({ length: 1 + (i % 2) }, () =>
          writer.appendAttempt(newAttempt(i + 1, pick(statuses, i / 90))),
        ),
      ),
  );
}

/** What is asked is in lower case. */
const text = fc.constantFrom(
  "",
  "a",
  "fal",
  "task_",
  "k%_",
  "größe",
  "/hooks",
  "x=1",
  '"',
  "\\",
  "completed",
  "none",
  "3000",
);

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    is: fc.constant("text" as const),
    field: fc.constantFrom("method", "path", "provider", "event", "eventName", "job", "target" as const),
    how: fc.constantFrom("contains", "equals", "begins" as const),
    text: fc.oneof(
      text,
      fc.constantFrom("post", "wazza", "job.completed", "ok", "/unique/5", "http://localhost:3000"),
    ),
  }),
  fc.record({ is: fc.constant("number-contains" as const), text: fc.constantFrom("7", "#1", "#", "x") }),
  fc.record({
    is: fc.constant("verdict" as const),
    of: fc.constantFrom("verified", "rejected", "undecided", "stale", "mismatch", "missing" as const),
  }),
  fc.record({ is: fc.constant("status" as const), begins: fc.constantFrom("", "2", "50", "503", "refused") }),
  fc.record({ is: fc.constant("outcome" as const), begins: fc.constantFrom("refused", "r", "timed", "2") }),
  fc.constant({ is: "no-status" as const }),
  fc.record({ is: fc.constant("trait" as const), of: fc.constantFrom(...traits) }),
  fc
    .tuple(fc.integer({ min: -10, max: COUNT + 10 }), fc.integer({ min: -10, max: COUNT + 10 }))
    .map(([a, b]) => ({
      is: "received" as const,
      since: 1_790_000_000_000 + a * 1_000,
      until: 1_790_000_000_000 + b * 1_000,
    })),
);

const condition = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ is: fc.constantFrom("all", "any" as const), of: fc.array(tie("node"), { maxLength: 3 }) }),
    fc.record({ is: fc.constant("not" as const), of: tie("node") }),
  ),
})).node;

describe("a search in the store finds what holds in memory", () => {
  let store: Store;
  let everything: readonly Delivery[];
  const reread = () => (everything = store.reader.list({}, ALL) as Delivery[]);
  const expected = (where: Condition) =>
    everything.filter((delivery) => satisfies(delivery, where)).map(({ id }) => id);

  beforeAll(async () => {
    store = openStore(temporaryFolder());
    atTheEnd(() => store.close());
    await fill(store);
    reread();
  });

  const property = () =>
    fc.assert(
      fc.property(condition, (where) => {
        expect(store.reader.list({ where }, ALL).map(({ id }) => id)).toEqual(expected(where));
      }),
      { numRuns: 200 },
    );

  test("without spans", property);

  test("with spans", () => {
    expect(store.makeSpans(() => false)).toBe(false);
    property();
  });

  test("with spans that a change has forgotten", async () => {
    const { writer } = store;
    await writer.appendAttempt(newAttempt(10, 302));
    await writer.setVerification(300, { verdict: "verified", reason: null, explanation: "" });
    await writer.setIdentity(600, {
      provider: "new",
      event: null,
      eventName: "odd",
      job: "j",
      dedupeKey: null,
    });
    store.forget([1_024, 1_025]);
    reread();
    for (const where of [
      { is: "status", begins: "302" },
      { is: "verdict", of: "verified" },
      { is: "text", field: "provider", how: "equals", text: "new" },
      { is: "text", field: "eventName", how: "equals", text: "odd" },
    ] as const)
      expect(store.reader.list({ where }, ALL)).toHaveLength(1);
    property();
  });

  test("page by page, however short the time for each", () => {
    fc.assert(
      fc.property(condition, fc.integer({ min: 1, max: 400 }), (where, limit) => {
        const found: number[] = [];
        let next: number | null = Number.MAX_SAFE_INTEGER;
        while (next !== null) {
          const page = store.reader.search({ where }, { limit, before: next, withinMs: 0 });
          expect(page.next ?? 0).toBeLessThan(next);
          found.push(...page.deliveries.map(({ id }) => id));
          next = page.next;
        }
        expect(found).toEqual(expected(where));
      }),
      { numRuns: 50 },
    );
  });
});
