import type { Tone as BasicTone, Tones } from "../core/tones.ts";

/** What a piece of text means on the screen. */
export type Tone =
  | Exclude<BasicTone, "underlined" | "inverse" | "aside">
  | "key"
  | "string"
  | "number"
  | "word"
  | "selected"
  | "marked";

export type Theme = (text: string, tone?: Tone) => string;

export function createTheme(tones: Tones): Theme {
  const theme = {
    ...tones,
    key: tones.accent,
    string: tones.good,
    number: tones.warn,
    word: tones.aside,
    selected: tones.inverse,
    marked: tones.strong,
  } satisfies Record<Tone, unknown>;
  return (text, tone) => (tone === undefined ? text : theme[tone](text));
}

/** Signs that are one column wide everywhere. */
export const signs = {
  completed: "●",
  failed: "✗",
  processing: "◐",
  unknown: "·",
  verified: "✓",
  rejected: "✗",
  undecided: "–",
  cursor: "▌",
  marked: "▪",
} as const;
