import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OwedDelivery } from "../../src/core/ports.ts";
import { backoffMs, createSchedule } from "../../src/spool/schedule.ts";

const owed = (id: number, job: string | null = null): OwedDelivery => ({
  id,
  receivedAt: id,
  provider: "wazza",
  job,
  attempts: 0,
});

describe("a schedule", () => {
  test("has one delivery of a job under way at a time", () => {
    const schedule = createSchedule();
    schedule.put(owed(1, "a"), 0);
    expect(schedule.has(owed(2, "a"))).toBe(true);
    expect(schedule.has({ ...owed(2, "a"), provider: "fal" })).toBe(false);
    expect(schedule.take(0)?.id).toBe(1);
    expect(schedule.take(0)).toBeUndefined();
    schedule.put(owed(2, "a"), 0);
    expect(schedule.take(0)?.id).toBe(2);
  });

  test("what speaks of no job waits for nothing", () => {
    const schedule = createSchedule();
    for (const id of [1, 2]) schedule.put(owed(id), 0);
    expect([schedule.take(0)?.id, schedule.take(0)?.id]).toEqual([1, 2]);
    expect(schedule.underWay).toBe(2);
  });

  test("nothing goes before it is due, unless it is hastened", () => {
    const schedule = createSchedule();
    schedule.put(owed(1), 500);
    schedule.put(owed(2), 400);
    expect(schedule.take(399)).toBeUndefined();
    expect(schedule.nextDueAt()).toBe(400);
    schedule.hasten(100);
    expect([schedule.take(100)?.id, schedule.take(100)?.id]).toEqual([1, 2]);
    expect(schedule.nextDueAt()).toBeUndefined();
  });

  test("whatever fails, what is due goes before anything that became due after it", () => {
    const steps = fc.array(fc.record({ fails: fc.boolean(), waits: fc.nat(50), passes: fc.nat(20) }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), steps, (jobs, plan) => {
        const schedule = createSchedule();
        const dueAt = new Map<number, number>();
        for (let id = 1; id <= jobs; id += 1) {
          schedule.put(owed(id, `job ${id}`), 0);
          dueAt.set(id, 0);
        }
        let now = 0;
        for (const { fails, waits, passes } of plan) {
          now += passes;
          const delivery = schedule.take(now);
          const earliest = Math.min(...dueAt.values());
          if (!delivery) {
            expect(earliest).toBeGreaterThan(now);
            continue;
          }
          expect(dueAt.get(delivery.id)).toBe(earliest);
          dueAt.delete(delivery.id);
          if (fails) {
            dueAt.set(delivery.id, now + waits);
            schedule.put(delivery, now + waits);
          } else schedule.remove(delivery);
          expect(schedule.underWay).toBe(0);
          expect(schedule.size).toBe(dueAt.size);
        }
      }),
    );
  });
});

describe("the wait before the next try", () => {
  test("is never longer than twice the one before, and never longer than 30 s", () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
        const wait = backoffMs(tries, random);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(30_000);
        expect(backoffMs(tries + 1, 1)).toBeLessThanOrEqual(2 * backoffMs(tries, 1));
      }),
    );
  });

  test.each([
    [1, 1_000],
    [2, 2_000],
    [5, 16_000],
    [6, 30_000],
  ])("after %i tries is spread over %i ms", (tries, longest) => {
    expect([backoffMs(tries, 0), backoffMs(tries, 0.5), backoffMs(tries, 1)]).toEqual([
      0,
      longest / 2,
      longest,
    ]);
  });
});
