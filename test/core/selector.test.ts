import { expect, test } from "vitest";
import { resolveSelector, resolveSelectors } from "../../src/core/selector.ts";

/** A data directory with the deliveries 1, 2, 4, 5 and 9. */
const ids = [1, 2, 4, 5, 9];
const source = {
  nth: (back: number) => ids.at(-1 - back),
  idsBetween: (first: number, last: number) => ids.filter((id) => id >= first && id <= last),
};

test.each([
  [["4"], [4]],
  [["#4"], [4]],
  [["latest"], [9]],
  [["latest~0"], [9]],
  [["latest~2"], [4]],
  [["2..5"], [2, 4, 5]],
  [["5..2"], [5, 4, 2]],
  [["3..100"], [4, 5, 9]],
  [["1,9,4"], [1, 9, 4]],
  [
    ["1, latest", "4..5"],
    [1, 9, 4, 5],
  ],
  [
    ["4", "4", "2..5"],
    [4, 2, 5],
  ],
])("%j names %j", (words, expected) => expect(resolveSelectors(words, source)).toEqual(expected));

test.each([
  ["3", "E_NO_DELIVERY"],
  ["0", "E_NO_DELIVERY"],
  ["99999999999999999999", "E_NO_DELIVERY"],
  ["6..8", "E_NO_DELIVERY"],
  ["latest~5", "E_NO_DELIVERY"],
  ["1,3", "E_NO_DELIVERY"],
  ["", "E_SELECTOR"],
  ["1,", "E_SELECTOR"],
  ["-1", "E_SELECTOR"],
  ["newest", "E_SELECTOR"],
  ["latest~", "E_SELECTOR"],
  ["1..", "E_SELECTOR"],
  ["1.5", "E_SELECTOR"],
  ["1 OR 1=1", "E_SELECTOR"],
])("%j fails with %s, which is the person's to mend", (word, code) =>
  expect(() => resolveSelectors([word], source)).toThrow(expect.objectContaining({ code, exitCode: 2 })),
);

test("an empty data directory has no latest", () =>
  expect(() => resolveSelector("latest", { nth: () => undefined, idsBetween: () => [] })).toThrow(
    "no delivery in this data directory",
  ));

test("where one delivery is meant, several are an error", () =>
  expect(() => resolveSelector("1..4", source)).toThrow(expect.objectContaining({ code: "E_SELECTOR" })));
