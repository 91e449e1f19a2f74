import { expect, test } from "vitest";
import { providerNamed } from "../../src/providers/_find.ts";
import { playRetries } from "../../src/spool/retries.ts";

/** Plays a provider's policy against these statuses, one a try; `null` is no answer, and the last one stays. */
async function play(id: string, statuses: readonly (number | null)[], { isNews = false, chance = 0 } = {}) {
  const pauses: (readonly [attempt: number, delayMs: number])[] = [];
  let tries = 0;
  const end = await playRetries({
    policy: providerNamed(id).retries,
    isNews,
    async send() {
      const status = statuses[Math.min(tries++, statuses.length - 1)] ?? null;
      const outcome = status === null ? "refused" : "responded";
      const target = "http://localhost:3000/";
      const about = {
        id: tries,
        delivery: tries,
        number: 1,
        trigger: "capture",
        startedAt: 0,
        problem: null,
        ms: 1,
      };
      return { ...about, trigger: "capture", target, outcome, status };
    },
    async pause(delayMs, attempt) {
      pauses.push([attempt, delayMs]);
    },
    chance: () => chance,
  });
  return { how: end.how, attempts: end.attempts, status: end.last.status, pauses };
}

test("the delays are the provider's, before each try but the first", async () => {
  expect(await play("get3w", [500, null, 404, 200])).toEqual({
    how: "received",
    attempts: 4,
    status: 200,
    pauses: [
      [2, 10_000],
      [3, 30_000],
      [4, 60_000],
    ],
  });
});

test("a delay grows by as much of the jitter as chance says", async () => {
  const without = await play("runware", [500]);
  const most = await play("runware", [500], { chance: 1 });
  expect(without.pauses.at(-1)).toEqual([10, 8000]);
  expect(most.pauses.at(-1)).toEqual([10, 9600]);
});

test.each([
  ["wavespeed", [503], "exhausted", 4],
  ["wavespeed", [204], "received", 1],
  ["assemblyai", [500, 404], "given-up", 2],
  ["luma", [204], "exhausted", 4],
  ["meshy", [302], "received", 1],
  ["standard-webhooks", [410], "given-up", 1],
] as const)("%s, answered %j, ends with %s after %i", async (id, statuses, how, attempts) => {
  expect(await play(id, statuses)).toMatchObject({ how, attempts });
});

test("news of progress is sent once where only ends are retried", async () => {
  expect(await play("replicate", [500], { isNews: true })).toMatchObject({ how: "sent-once", attempts: 1 });
  expect(await play("replicate", [500])).toMatchObject({ how: "exhausted", attempts: 6 });
  expect(await play("luma", [500], { isNews: true })).toMatchObject({ how: "exhausted" });
});
