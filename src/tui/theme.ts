import type { ChalkInstance } from "chalk";

/** What a piece of text means. Every tone is a help to the eye only: symbols and words say the same. */
export type Tone =
  | "dim"
  | "strong"
  | "good"
  | "bad"
  | "warn"
  | "accent"
  | "key"
  | "string"
  | "number"
  | "word"
  | "selected"
  | "marked";

export type Theme = (text: string, tone?: Tone) => string;

/** Sixteen colours, so that the terminal's own palette decides how they look; none where chalk has none. */
export function createTheme(chalk: ChalkInstance): Theme {
  const tones: Record<Tone, ChalkInstance> = {
    dim: chalk.dim,
    strong: chalk.bold,
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    accent: chalk.cyan,
    key: chalk.cyan,
    string: chalk.green,
    number: chalk.yellow,
    word: chalk.magenta,
    selected: chalk.inverse,
    marked: chalk.bold,
  };
  return (text, tone) => (tone === undefined ? text : tones[tone](text));
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
} as const;
