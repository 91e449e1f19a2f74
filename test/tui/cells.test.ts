import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import inkWidth from "../../scripts/stubs/string-width.ts";
import { drawable, inColumns, widthOf } from "../../src/tui/cells.ts";
import { type Line, lineWidth, paint, paintWhole, wrapLine } from "../../src/tui/line.ts";

const plain = (text: string) => text;
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.string());

describe("strangers' text", () => {
  test("never holds a control code, whatever it is", () => {
    fc.assert(
      fc.property(text, (sent) => {
        expect(drawable(sent)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  test.each([
    ["an escape sequence", "\u001b[31mred", "\\x1b[31mred"],
    ["a bell", "ding\u0007", "ding\\x07"],
    ["another reading direction", "a\u202eb", "a\\u202eb"],
    ["a joined emoji", "👩‍🚀", "👩🚀"],
    ["a flag", "🇩🇪", "DE"],
    ["half a surrogate pair", "a\ud83d", "a\ufffd"],
  ])("shows %s as what it is", (_case, sent, shown) => expect(drawable(sent)).toBe(shown));
});

describe("columns", () => {
  test("are counted for Ink as string-width counts them, colours or not", () => {
    const coloured = fc.tuple(text, text).map(([a, b]) => `${a}\u001b[1;31m${b}\u001b[0m─`);
    fc.assert(
      fc.property(fc.oneof(text, coloured), (given) => {
        expect(inkWidth(given)).toBe(stringWidth(given));
      }),
      { numRuns: 2_000 },
    );
  });

  test("are filled exactly, whatever stands in them", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (sent, columns) => {
        expect(stringWidth(inColumns(drawable(sent), columns))).toBe(columns);
        const line: Line = [[drawable(sent)], [drawable(sent), "good"]];
        expect(stringWidth(paintWhole(line, columns, plain, "selected"))).toBe(columns);
        expect(stringWidth(paint(line, columns, plain))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test.each([
    ["short", "ab", "ab   "],
    ["long", "abcdefg", "abcd…"],
    ["wide", "世界世界", "世界…"],
    ["wide and cut in the middle", "a世界世", "a世… "],
  ])("%s", (_case, given, shown) => expect(inColumns(given, 5)).toBe(shown));
});

describe("a wrapped line", () => {
  test("loses nothing and never grows too wide", () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 4, max: 30 }),
        fc.integer({ min: 0, max: 40 }),
        (sent, columns, indent) => {
          const line: Line = [[drawable(sent)]];
          const rows = wrapLine(line, columns, indent);
          for (const row of rows) expect(lineWidth(row)).toBeLessThanOrEqual(columns);
          const joined = rows.map((row) => row.map(([part]) => part).join("")).join("");
          expect(joined.replaceAll(" ", "")).toBe(drawable(sent).replaceAll(" ", ""));
        },
      ),
    );
  });
});

test("every character that is drawn here is as wide as string-width says, also beside another", () => {
  const wrong: string[] = [];
  for (let code = 0x20; code <= 0x2fff; code += 1) {
    const character = String.fromCharCode(code);
    // Control characters are written out before they are measured.
    if (/[\p{Cc}\p{Surrogate}]/u.test(character)) continue;
    for (const text of [character, `a${character}b`])
      if (widthOf(text) !== stringWidth(text)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});
