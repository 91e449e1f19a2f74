import { expect, test } from "vitest";
import { assign } from "../../src/inspect/assignments.ts";

test.each<[string, unknown, string[], string]>([
  ["a member", { a: 1 }, ["a=2"], '{"a":2}'],
  ["text that is no JSON", {}, ["a=two words"], '{"a":"two words"}'],
  ["text with an equals sign", {}, ["a=b=c"], '{"a":"b=c"}'],
  ["quoted text", {}, ['a="2"'], '{"a":"2"}'],
  ["nothing", { a: 1 }, ["a=null", "b="], '{"a":null,"b":""}'],
  ["an object", {}, ['a={"b":[1]}', "a.b.1=2"], '{"a":{"b":[1,2]}}'],
  ["the next place of a list", { a: [1] }, ["a.1=2"], '{"a":[1,2]}'],
  ["what stands in the way", { a: "text" }, ["a.b=1"], '{"a":{"b":1}}'],
  ["a member by a number", { a: { b: 1 } }, ["a.0=2"], '{"a":{"0":2,"b":1}}'],
  ["a member named as a prototype", {}, ["__proto__.polluted=1"], '{"__proto__":{"polluted":1}}'],
])("sets %s", (_case, json, assignments, expected) => {
  expect(JSON.stringify(assign(json, assignments))).toBe(expected);
});

test("leaves what it was given as it was, and every other object too", () => {
  const json = { a: { b: 1 } };
  assign(json, ["a.b=2", "__proto__.polluted=1", "constructor.prototype.polluted=1"]);
  expect(json).toEqual({ a: { b: 1 } });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test.each(["a", "=1", "a.5=1", "a.b=1", "a.-1=1"])("refuses %s", (assignment) => {
  expect(() => assign({ a: [1] }, [assignment])).toThrow(expect.objectContaining({ code: "E_BAD_SET" }));
});
