import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indentJson } from "../../src/inspect/pretty.ts";

const shown = (text: string, options?: { cut: boolean }) =>
  indentJson(text, options)
    ?.map(({ depth, tokens }) => "  ".repeat(depth) + tokens.map((token) => token.text).join(""))
    .join("\n");

describe("indented JSON", () => {
  test("keeps key order, repeats and numbers as they were sent", () => {
    const sent = '{"b":1.0,"a":12345678901234567890,"b":-0,"c":1e5}';
    expect(shown(sent)).toBe('{\n  "b":1.0,\n  "a":12345678901234567890,\n  "b":-0,\n  "c":1e5\n}');
  });

  test("keeps escapes and braces inside strings", () => {
    expect(shown('["\\u0041\\"{,}", "é\\/"]')).toBe('[\n  "\\u0041\\"{,}",\n  "é\\/"\n]');
  });

  test("leaves empty containers on their line", () => {
    expect(shown('{ "a": { } , "b":[ ]}')).toBe('{\n  "a":{},\n  "b":[]\n}');
  });

  test.each([
    ["plain text", "hello"],
    ["a form", "a=1&b=2"],
    ["something almost JSON", "{'a': 1}"],
    ["half of it", '{"a": 1'],
    ["a bare number", "12"],
    ["nothing", ""],
  ])("leaves %s alone", (_case, text) => expect(indentJson(text)).toBeUndefined());

  test("indents the beginning of a longer text", () => {
    expect(shown('{"a": ["one", "tw', { cut: true })).toBe('{\n  "a":[\n    "one",\n    "tw');
  });

  test("names keys, strings, numbers and words", () => {
    const kinds = indentJson('{"a":["b",-1,null]}')?.flatMap(({ tokens }) => tokens.map(({ kind }) => kind));
    expect(kinds?.filter((kind) => kind !== "punctuation")).toEqual(["key", "string", "number", "word"]);
  });

  test("changes nothing but whitespace between tokens", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 4), (value, space) => {
        const sent = JSON.stringify([value], null, space);
        expect(shown(sent)?.replace(/\n */g, "")).toBe(JSON.stringify([value]));
      }),
    );
  });

  test("takes hostile nesting in its stride", () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    expect(indentJson(deep)?.length).toBe(99_999);
  });
});
