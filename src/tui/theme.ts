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

/**
 * Sixteen colours, so that the terminal's own palette decides how they look; none where chalk has none. On a light
 * background yellow and cyan are hardly to be seen: others stand for them.
 */
export function createTheme(chalk: ChalkInstance, { isLight }: { readonly isLight: boolean }): Theme {
  const [warn, accent] = isLight ? [chalk.magenta, chalk.blue] : [chalk.yellow, chalk.cyan];
  const tones: Record<Tone, ChalkInstance> = {
    dim: chalk.dim,
    strong: chalk.bold,
    good: chalk.green,
    bad: chalk.red,
    warn,
    accent,
    key: accent,
    string: chalk.green,
    number: warn,
    word: chalk.magenta,
    selected: chalk.inverse,
    marked: chalk.bold,
  };
  return (text, tone) => (tone === undefined ? text : tones[tone](text));
}

/** `COLORFGBG` as rxvt, Konsole and others set it: `0;15` is black on white. */
export function isLightBackground(colorFgBg: string | undefined): boolean {
  const background = colorFgBg?.split(";").at(-1);
  return background === "7" || background === "15";
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
