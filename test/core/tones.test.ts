import { Chalk } from "chalk";
import { describe, expect, test } from "vitest";
import { type Background, backgroundOf, createTones, type Tone } from "../../src/core/tones.ts";
import { createTheme, type Tone as ThemeTone } from "../../src/tui/theme.ts";

type Rgb = readonly [number, number, number];

/** The first sixteen as xterm has them (XTerm-col.ad), the most common where nobody has chosen others. */
const sixteen = [
  ...["000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5"],
  ...["7f7f7f", "ff0000", "00ff00", "ffff00", "5c5cff", "ff00ff", "00ffff", "ffffff"],
].map((hex) => rgb(Number.parseInt(hex, 16)));

const [black, white]: readonly Rgb[] = [rgb(0), rgb(0xffffff)] as const;
const plain = { dark: sixteen[7], light: sixteen[0] } as const;

function rgb(colour: number): Rgb {
  return [(colour >> 16) & 0xff, (colour >> 8) & 0xff, colour & 0xff];
}

/** One of the 256: after the first sixteen comes a cube of 6 by 6 by 6. */
function colour256(index: number): Rgb {
  const steps = [0, 0x5f, 0x87, 0xaf, 0xd7, 0xff];
  const at = index - 16;
  const step = (size: number) => steps[Math.floor(at / size) % 6] ?? 0;
  return sixteen[index] ?? [step(36), step(6), step(1)];
}

/** The colour that a text is shown in by these escape sequences. */
function shown(painted: string, on: "dark" | "light"): Rgb {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for.
  const codes = (/^\u001b\[([\d;]+)m/.exec(painted)?.[1] ?? "").split(";").map(Number);
  const [first = 0, , index = 0] = codes;
  const text = plain[on] as Rgb;
  const paper = (on === "dark" ? black : white) as Rgb;
  if (first === 38) return colour256(index);
  if (first >= 90) return colour256(first - 90 + 8);
  if (first >= 30) return colour256(first - 30);
  // Faint: half of the way to the background, as the faintest of the terminals have it.
  return first === 2 ? (text.map((part, i) => (part + (paper[i] ?? 0)) / 2) as unknown as Rgb) : text;
}

/** WCAG 2, "contrast ratio". */
function contrast(a: Rgb, b: Rgb): number {
  const [darker = 0, lighter = 0] = [a, b].map(luminance).toSorted((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const tones: readonly Tone[] = ["dim", "strong", "underlined", "good", "bad", "warn", "accent", "aside"];
const onScreen: readonly ThemeTone[] = ["key", "string", "number", "word", "marked"];

describe.each([1, 2] as const)("with colours of level %i", (level) => {
  test.each([
    ["unknown", ["dark", "light"]],
    ["light", ["light"]],
    ["dark", ["dark"]],
  ] as const)("every tone can be read where the background is %s", (background, papers) => {
    const paint = createTones(new Chalk({ level }), background);
    const theme = createTheme(paint);
    for (const on of papers) {
      const paper = on === "dark" ? black : white;
      const ratios = [
        ...tones.map((tone) => [tone, paint[tone]("x")] as const),
        ...onScreen.map((tone) => [tone, theme("x", tone)] as const),
      ].map(([tone, painted]) => [tone, contrast(shown(painted, on), paper as Rgb)] as const);
      expect(ratios.filter(([, ratio]) => ratio < 3)).toEqual([]);
    }
  });

  test("what went wrong looks otherwise than what went well, on any background", () => {
    for (const background of ["unknown", "light", "dark"] as const) {
      const { good, bad, warn, accent } = createTones(new Chalk({ level }), background);
      expect(new Set([good, bad, warn, accent].map((paint) => paint("x"))).size).toBe(4);
    }
  });
});

test("no colours, no escape sequences", () => {
  const paint = createTones(new Chalk({ level: 0 }), "unknown");
  expect(tones.map((tone) => paint[tone]("x"))).toEqual(tones.map(() => "x"));
});

test.each<[Background, Parameters<typeof backgroundOf>[0]]>([
  ["dark", { COLORFGBG: "15;0" }],
  ["dark", { COLORFGBG: "7;default;8" }],
  ["light", { COLORFGBG: "0;15" }],
  ["light", { COLORFGBG: "0;default;7", TERM: "xterm" }],
  ["unknown", { COLORFGBG: "15;default" }],
  ["unknown", { TERM: "xterm-256color" }],
  ["dark", { TERM: "linux" }],
  ["unknown", {}],
])("a background is %s by %o", (background, variables) => {
  expect(backgroundOf(variables)).toBe(background);
});
