import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetOpensAt, retryDelay } from "../../src/tunnels/_retry.ts";

const HOUR = 60 * 60 * 1000;

describe("the pause after failures in a row", () => {
  test.each([
    [0, 0],
    [1, 250],
    [2, 500],
    [3, 1_000],
    [8, 32_000],
    [9, 60_000],
    [1_000_000, 60_000],
  ])("after %i is at most %i ms", (failures, ms) => {
    expect(retryDelay(failures, 1)).toBe(ms);
    expect(retryDelay(failures, 0.5)).toBe(ms / 2);
    expect(retryDelay(failures, 0)).toBe(0);
  });
});

describe("the budget", () => {
  test.each([
    ["is open at first", [], 0],
    ["is open while there is room", [1, 2], 0],
    ["opens an hour after the first of as many as it holds", [1, 2, 3], 1 + HOUR],
    ["looks at the last ones only", [1, 2, 3, 4], 2 + HOUR],
  ])("%s", (_case, earlier, at) => expect(budgetOpensAt(earlier, 3)).toBe(at));

  test("has no end where there is no limit", () =>
    expect(budgetOpensAt([1, 2, 3], Number.POSITIVE_INFINITY)).toBe(0));

  test("holds in every hour, for whoever keeps to it", () =>
    fc.assert(
      fc.property(
        fc.array(fc.nat(20 * 60_000), { maxLength: 100 }),
        fc.integer({ min: 1, max: 20 }),
        (gaps, perHour) => {
          const asked: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now = Math.max(now + gap, budgetOpensAt(asked, perHour));
            asked.push(now);
          }
          for (const at of asked)
            expect(asked.filter((other) => other >= at && other < at + HOUR).length).toBeLessThanOrEqual(
              perHour,
            );
        },
      ),
    ));
});
