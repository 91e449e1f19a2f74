import { expect, test } from "vitest";
import { rowsFor, timeScale } from "../../src/web/app/time-scale.ts";

test.each([
  [8_200, [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000]],
  [130_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000, 120_000]],
  [3 * 86_400_000, [0, 1, 2, 3, 4, 5, 6].map((half) => half * 12 * 3_600_000)],
  [0, [0, 1]],
])("marks a span of %s ms at round moments", (span, ticks) =>
  expect(timeScale(span, 700, 70).ticks).toEqual(ticks),
);

test("reaches from one end to the other", () => {
  const { x } = timeScale(2_000, 500, 70);
  expect([x(0), x(1_000), x(2_000)]).toEqual([0, 250, 500]);
});

test("what would touch stands in another row", () => {
  const spans = [
    [0, 50],
    [20, 70],
    [50, 100],
    [60, 110],
  ] as const;
  expect(rowsFor(spans, 12)).toEqual([0, 1, 0, 2]);
  expect(rowsFor(spans, 2)).toEqual([0, 1, 0, 1]);
});
