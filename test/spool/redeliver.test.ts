import fc from "fast-check";
import { expect, test } from "vitest";
import type { OwedDelivery } from "../../src/core/ports.ts";
import { openGate } from "../../src/spool/port-gate.ts";
import { createRedelivery, type OwedSource, type RedeliveryLimits } from "../../src/spool/redeliver.ts";
import { attempt } from "../support/delivery.ts";

/** Owed deliveries in memory, numbered from 1, each with its job. */
function owedList(jobs: readonly (string | null)[]) {
  const owed = new Map(
    jobs.map((job, i): [number, OwedDelivery] => [
      i + 1,
      { id: i + 1, receivedAt: 0, provider: null, job, attempts: 0 },
    ]),
  );
  const head = (of: OwedDelivery) => [...owed.values()].find(({ job }) => job === of.job);
  let mostRead = 0;
  const source: OwedSource = {
    heads(after, limit) {
      mostRead = Math.max(mostRead, limit);
      return [...owed.values()]
        .filter((one) => one.id > after && (one.job === null || head(one) === one))
        .slice(0, limit);
    },
    head,
  };
  return { owed, source, mostRead: () => mostRead };
}

interface Plan {
  readonly jobs: readonly (string | null)[];
  /** How often each is refused before it is taken. */
  readonly refusals: readonly number[];
  readonly limits: Partial<RedeliveryLimits>;
}

/** Hands everything over, and says in which order it was taken and how many were under way at most. */
async function run({ jobs, refusals, limits }: Plan) {
  const { owed, source, mostRead } = owedList(jobs);
  const left = new Map(refusals.map((count, i) => [i + 1, count]));
  const taken: number[] = [];
  const underWay = new Set<number>();
  let most = 0;
  const redelivery = createRedelivery({
    source,
    gate: openGate,
    async attempt({ id, job }) {
      for (const other of underWay) expect(job !== null && owed.get(other)?.job === job).toBe(false);
      underWay.add(id);
      most = Math.max(most, underWay.size);
      await new Promise(setImmediate);
      underWay.delete(id);
      const refused = (left.get(id) ?? 0) > 0;
      left.set(id, (left.get(id) ?? 0) - 1);
      if (!refused) {
        taken.push(id);
        owed.delete(id);
      }
      return attempt({ delivery: id, status: refused ? 500 : 200 });
    },
    fate: () => "again",
    giveUp: async () => {},
    onFailure: (error) => {
      throw error;
    },
    waitMs: () => 0,
    limits,
  });
  await redelivery.idle();
  await redelivery.stop();
  return { taken, most, mostRead: mostRead() };
}

test("hands everything over, each job in its order, however small the memory and whatever fails", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", null), fc.nat(3)), { maxLength: 30 }),
      fc.record({ underWay: fc.integer({ min: 1, max: 4 }), jobs: fc.integer({ min: 1, max: 5 }) }),
      async (list, limits) => {
        const jobs = list.map(([job]) => job);
        const { taken, most, mostRead } = await run({ jobs, refusals: list.map(([, n]) => n), limits });
        expect([...taken].sort((a, b) => a - b)).toEqual(jobs.map((_, i) => i + 1));
        for (const job of ["a", "b", "c", "d"]) {
          const order = taken.filter((id) => jobs[id - 1] === job);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
        expect(most).toBeLessThanOrEqual(limits.underWay);
        expect(mostRead).toBeLessThanOrEqual(limits.jobs);
      },
    ),
    { numRuns: 60 },
  );
});

test("those that fail again and again hold up nobody behind them", async () => {
  const failing = 5;
  const { taken } = await run({
    jobs: Array<null>(20).fill(null),
    refusals: Array.from({ length: 20 }, (_, i) => (i < failing ? 50 : 0)),
    limits: { jobs: failing, underWay: 2 },
  });
  expect(taken.slice(0, 15).sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 6));
});
