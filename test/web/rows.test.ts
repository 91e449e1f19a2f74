import { describe, expect, test } from "vitest";
import { merged, type Rows, vanished, without } from "../../src/web/app/rows.ts";
import { answered, delivery } from "../support/delivery.ts";

const rowsOf = (...ids: number[]): Rows => ids.map((id) => delivery({ id }));
const idsOf = (rows: Rows) => rows.map(({ id }) => id);
const all = { matches: () => true, oldest: 0 };

describe("deliveries put into the list", () => {
  test.each([
    ["come before older ones", [2, 1], [4, 3], [4, 3, 2, 1]],
    ["stand once, however often they are told of", [2, 1], [2, 3, 2], [3, 2, 1]],
    ["come late to their own place", [5, 2], [4], [5, 4, 2]],
  ])("%s", (_case, before, told, after) =>
    expect(idsOf(merged(rowsOf(...before), rowsOf(...new Set(told)), all))).toEqual(after),
  );

  test("are as they were told last", () => {
    expect(merged(rowsOf(1), [answered(500, { id: 1 })], all)[0]).toMatchObject({ lastStatus: 500 });
  });

  test("are left out where the filter does not hold, and leave where it holds no more", () => {
    const matches = ({ lastStatus }: { lastStatus: number | null }) => lastStatus === null;
    const rows = merged(rowsOf(2, 1), [answered(200, { id: 2 }), delivery({ id: 3 })], {
      matches,
      oldest: 0,
    });
    expect(idsOf(rows)).toEqual([3, 1]);
  });

  test("are left out where what lies between is not loaded", () => {
    expect(idsOf(merged(rowsOf(9, 8), rowsOf(3), { matches: () => true, oldest: 8 }))).toEqual([9, 8]);
  });
});

test("what was forgotten is taken out", () =>
  expect(idsOf(without(rowsOf(3, 2, 1), [2, 7]))).toEqual([3, 1]));

test("what a fresh look does not show is gone, as far back as it looked", () => {
  expect(vanished(rowsOf(9, 8, 7, 2), rowsOf(9, 7), 7)).toEqual([8]);
});
