import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { addTo, emptyHistogram, quantile } from "../../src/web/histogram.ts";
import { createSessionStatistics } from "../../src/web/session-statistics.ts";
import { createCounter } from "../../src/web/statistics.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";
import { attempt, delivery, TEN_O_CLOCK } from "../support/delivery.ts";

const wazza = { provider: "wazza", event: "completed" } as const;

describe("a histogram", () => {
  test("gives any quantile to one twentieth", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 600_000, noNaN: true }), { minLength: 1 }),
        fc.constantFrom(0.5, 0.95),
        (times, share) => {
          const histogram = emptyHistogram();
          for (const ms of times) addTo(histogram, ms);
          const exact = times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? 0;
          expect(Math.abs(Math.log((quantile(histogram, share) ?? 0) / exact))).toBeLessThan(0.05);
        },
      ),
    );
  });

  test("says nothing of nothing", () => expect(quantile(emptyHistogram(), 0.5)).toBeNull());
});

describe("a session's statistics", () => {
  test("count what came and how it was answered, in all and by provider and event", () => {
    const counter = createCounter(TEN_O_CLOCK);
    for (const id of [1, 2, 3]) counter.delivery(delivery({ id }));
    counter.delivery(delivery({ id: 4, provider: "fal", event: "failed" }));
    counter.attempt(attempt({ ms: 10 }), wazza);
    counter.attempt(attempt({ ms: 10, status: 500 }), wazza);
    counter.attempt(attempt({ outcome: "refused", status: null }), { provider: "fal", event: "failed" });
    const { total, groups } = counter.statistics(TEN_O_CLOCK + 5_000);
    expect(total).toMatchObject({ deliveries: 4, attempts: 3, succeeded: 1 });
    expect(total.p50).toBeCloseTo(10, 0);
    expect(groups).toMatchObject([
      { ...wazza, deliveries: 3, attempts: 2, succeeded: 1 },
      { provider: "fal", event: "failed", deliveries: 1, attempts: 1, succeeded: 0, p50: null },
    ]);
  });

  test("cover the whole session in at most 60 periods, however long it is", () => {
    const counter = createCounter(TEN_O_CLOCK);
    const hour = 3_600_000;
    for (let i = 0; i < 100; i += 1)
      counter.delivery(delivery({ id: i + 1, receivedAt: TEN_O_CLOCK + (i * hour) / 100 }));
    const { periods, periodMs } = counter.statistics(TEN_O_CLOCK + hour);
    expect(periods.length).toBeLessThanOrEqual(60);
    expect(periods.length * periodMs).toBeGreaterThan(hour);
    expect(periods.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBe(100);
  });

  test("tell the rate of the last seconds, and let it fall", () => {
    const counter = createCounter(TEN_O_CLOCK);
    for (let i = 0; i < 50; i += 1)
      counter.delivery(delivery({ id: i + 1, receivedAt: TEN_O_CLOCK + i * 100 }));
    expect(counter.statistics(TEN_O_CLOCK + 5_000).perSecond).toBe(5);
    expect(counter.statistics(TEN_O_CLOCK + 20_000).perSecond).toBe(0);
  });

  test("stay as small whatever strangers call themselves", () => {
    const counter = createCounter(TEN_O_CLOCK);
    for (let i = 0; i < 500; i += 1) counter.delivery(delivery({ id: i + 1, provider: `p${i}` }));
    const { groups } = counter.statistics(TEN_O_CLOCK);
    expect(groups).toHaveLength(101);
    expect(groups[0]).toMatchObject({ provider: "others", deliveries: 400 });
  });

  test("are read from the store in steps, from the session's start on", async () => {
    const store = openStore(temporaryFolder());
    const times = Array.from({ length: 2_400 }, (_, i) => TEN_O_CLOCK + i * 10);
    const summaries = await Promise.all(
      times.map((receivedAt) => store.writer.append(newDelivery({ head: { receivedAt } }))),
    );
    await Promise.all(
      summaries.map(({ id }, i) =>
        store.writer.appendAttempt({ ...newAttempt(id, 200), startedAt: times[i] ?? 0 }),
      ),
    );
    await store.writer.flush();
    const statistics = createSessionStatistics({ reader: store.reader, startedAt: times[100] ?? null });
    const steps: boolean[] = [];
    for (let more = true; more; steps.push(more)) more = statistics.read();
    expect(steps).toEqual([true, true, false]);
    const { total, from } = statistics.statistics(TEN_O_CLOCK + 60_000);
    expect({ ...total, from }).toMatchObject({ deliveries: 2_300, attempts: 2_300, from: times[100] });
    await store.close();
  });
});
