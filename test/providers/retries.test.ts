import { expect, test } from "vitest";
import { providerNamed } from "../../src/providers/_find.ts";
import { delayBefore, judgeAnswer } from "../../src/providers/_retries.ts";
import { get3wProvider } from "../../src/providers/get3w.ts";
import { runwareProvider } from "../../src/providers/runware.ts";

test("Get3W tries after 10, 30 and 60 s and then no more", () => {
  const delays = [1, 2, 3, 4, 5].map((attempt) => delayBefore(get3wProvider.retries, attempt, 0));
  expect(delays).toEqual([0, 10_000, 30_000, 60_000, null]);
});

test("Runware doubles from 250 ms up to 8 s and adds at most a fifth", () => {
  const { retries } = runwareProvider;
  expect(delayBefore(retries, 2, 0)).toBe(250);
  expect(delayBefore(retries, 6, 0.5)).toBe(4400);
  expect(delayBefore(retries, 10, 1)).toBe(9600);
  expect(delayBefore(retries, 11, 0)).toBeNull();
});

test.each([
  ["get3w", 204, "received"],
  ["get3w", 302, "retry"],
  ["get3w", 404, "retry"],
  ["get3w", null, "retry"],
  ["luma", 204, "retry"],
  ["meshy", 302, "received"],
  ["assemblyai", 404, "given-up"],
  ["assemblyai", 500, "retry"],
  ["standard-webhooks", 410, "given-up"],
] as const)("to %s the answer %s means %s", (id, status, meaning) => {
  expect(judgeAnswer(providerNamed(id).retries, status)).toBe(meaning);
});
