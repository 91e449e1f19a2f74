import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indentJson } from "../../src/inspect/pretty.ts";
import { foldsOf, seenLines } from "../../src/web/app/json-folds.ts";

const linesOf = (text: string, cut = false) => indentJson(text, { cut }) ?? [];

describe("what can be folded", () => {
  test("is each opening with its closing and the number of what is inside", () => {
    const lines = linesOf('{"a":{"b":1,"c":[1,2,3]},"d":[],"e":{}}');
    expect([...foldsOf(lines)].map(([at, { end, size }]) => [at, end, size])).toEqual([
      [3, 7, 3],
      [1, 8, 2],
      [0, 11, 3],
    ]);
  });

  test("ends with the text where that was cut", () => {
    const lines = linesOf('{"a":[1,{"b":2', true);
    expect([...foldsOf(lines).values()].map(({ end }) => end)).toEqual([5, 5, 5]);
  });

  test("hides exactly what is inside", () => {
    const lines = linesOf('{"a":{"b":1},"c":2}');
    expect(seenLines(lines.length, foldsOf(lines), new Set([1]))).toEqual([0, 1, 4, 5]);
  });

  test("hides all but one line when the whole is folded, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        const lines = linesOf(JSON.stringify(value));
        const folds = foldsOf(lines);
        expect(seenLines(lines.length, folds, new Set(folds.keys()))).toEqual([0]);
        expect(seenLines(lines.length, folds, new Set())).toHaveLength(lines.length);
      }),
    );
  });
});
