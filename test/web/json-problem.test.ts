import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonProblem } from "../../src/web/app/json-problem.ts";

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test("takes for JSON what is JSON, and nothing else", () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "}", "]", '"', "0", "-", "tru", "\\", "\n"))
    .map(([text, at, more]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + more + text.slice(place + 1);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
      expect(jsonProblem(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['{"a":}', "line 1, column 6: a value is expected here"],
  ['{\n  "a": 1\n  "b": 2\n}', "line 3, column 3: , or } is expected here"],
  ['{"a": 1,}', "line 1, column 9: a name is expected here"],
  ["[1, 2", "line 1, column 6: , or ] is expected here"],
  ["{} {}", "line 1, column 4: nothing more is expected here"],
  ["{'a': 1}", "line 1, column 2: a name or } is expected here"],
])("says where %s goes wrong", (text, problem) => expect(jsonProblem(text)).toBe(problem));
