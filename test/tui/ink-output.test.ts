import { Chalk } from "chalk";
import fc from "fast-check";
import { expect, test } from "vitest";
import InkOutput from "../../node_modules/ink/build/output.js";
import Output from "../../scripts/stubs/ink-output.ts";
import { createTones } from "../../src/core/tones.ts";
import { drawable } from "../../src/tui/cells.ts";
import { type Line, paint, paintFull, paintWhole, type Span } from "../../src/tui/line.ts";
import { createTheme, type Tone } from "../../src/tui/theme.ts";

const size = { width: 40, height: 6 };
const theme = createTheme(createTones(new Chalk({ level: 3 }), "dark"));

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.string());
const tone = fc.constantFrom<(Tone | undefined)[]>(
  undefined,
  "good",
  "bad",
  "dim",
  "accent",
  "strong",
  "key",
);
const line: fc.Arbitrary<Line> = fc.array(
  fc.tuple(text, tone).map(([text, tone]): Span => (tone ? [drawable(text), tone] : [drawable(text)])),
  { maxLength: 5 },
);
const row = fc.oneof(
  line.map((line) => paint(line, size.width, theme)),
  line.map((line) => paintFull(line, size.width, theme)),
  line.map((line) => paintWhole(line, size.width, theme, "selected")),
  fc.constant(" "),
);
const frame = fc.array(row, { minLength: 1, maxLength: size.height }).map((rows) => rows.join("\n"));

type Write = readonly [x: number, y: number, text: string];

function drawn(output: InkOutput, writes: readonly Write[]) {
  for (const [x, y, text] of writes) output.write(x, y, text, { transformers: [] });
  return output.get();
}

test("a frame that is one text shows what Ink would have made of it", () => {
  fc.assert(
    fc.property(frame, (text) => {
      const own = drawn(new Output(size), [[0, 0, text]]);
      const inks = drawn(new InkOutput(size), [[0, 0, text]]);
      expect(own.height).toBe(inks.height);
      expect(own.output.split("\n")).toHaveLength(size.height);
      // Spelt differently where two pieces of one colour meet; Ink's own spelling of both is the same.
      expect(drawn(new InkOutput(size), [[0, 0, own.output]])).toEqual(inks);
    }),
    { numRuns: 500 },
  );
});

test("what styles a text is asked about each of its rows", () => {
  const output = new Output(size);
  output.write(0, 0, "a\nb", { transformers: [(row, i) => `${i}:${row}`, (row) => `<${row}>  `] });
  expect(output.get().output.trimEnd()).toBe("<0:a>\n<1:b>");
});

test.each<[string, readonly Write[]]>([
  [
    "two texts",
    [
      [0, 0, "abc\ndef"],
      [1, 1, "X"],
    ],
  ],
  ["a text that begins elsewhere", [[3, 2, "abc"]]],
  ["what takes no cell", [[0, 0, "a\u2060\u115fb"]]],
  ["nothing", []],
])("%s: drawn by Ink", (_case, writes) => {
  expect(drawn(new Output(size), writes)).toEqual(drawn(new InkOutput(size), writes));
});

test("a text that is cut off: drawn by Ink", () => {
  const outputs = [new Output(size), new InkOutput(size)];
  for (const output of outputs) {
    output.clip({ x1: 0, x2: 2, y1: 0, y2: 1 });
    output.write(0, 0, "abcdef\nghijkl", { transformers: [] });
    output.unclip();
  }
  expect(outputs[0]?.get()).toEqual(outputs[1]?.get());
});
