import { expect, test } from "vitest";
import { headerValue, headerValues, pairsFromRaw } from "../../src/core/headers.ts";

const pairs = pairsFromRaw(["X-One", "1", "x-two", "2", "x-ONE", "3"]);

test("raw headers become pairs in their order and spelling", () =>
  expect(pairs).toEqual([
    ["X-One", "1"],
    ["x-two", "2"],
    ["x-ONE", "3"],
  ]));

test("a field is found whatever its spelling, first value first", () => {
  expect(headerValue(pairs, "X-ONE")).toBe("1");
  expect(headerValues(pairs, "x-one")).toEqual(["1", "3"]);
  expect(headerValue(pairs, "x-three")).toBeUndefined();
});
