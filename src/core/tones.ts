import type { ChalkInstance } from "chalk";

/** What a piece of text means. Every tone is a help to the eye only: symbols and words say the same. */
export type Tone =
  | "dim"
  | "strong"
  | "underlined"
  | "inverse"
  | "good"
  | "bad"
  | "warn"
  | "accent"
  /** Worth telling apart, and nothing more. */
  | "aside";

export type Tones = Readonly<Record<Tone, (text: string) => string>>;

export type Background = "dark" | "light" | "unknown";

/**
 * The tones of a terminal; none where chalk has no colours. On a dark background they are of the first sixteen
 * colours, whose look the person has chosen. On any other they have to be readable on white and on black: at least
 * 3 to 1 with xterm's palette, where green, yellow and cyan are not to be had on white, nor blue on black.
 */
export function createTones(chalk: ChalkInstance, background: Background): Tones {
  const { dim, bold: strong, underline: underlined, inverse } = chalk;
  return { dim, strong, underlined, inverse, ...coloursFor(chalk, background) };
}

function coloursFor(
  chalk: ChalkInstance,
  background: Background,
): Pick<Tones, "good" | "bad" | "warn" | "accent" | "aside"> {
  if (background === "dark") {
    const { green: good, red: bad, yellow: warn, cyan: accent, magenta: aside } = chalk;
    return { good, bad, warn, accent, aside };
  }
  if (chalk.level >= 2) {
    const [good, bad, warn, accent, aside] = [28, 167, 136, 31, 133].map((colour) => chalk.ansi256(colour));
    if (good && bad && warn && accent && aside) return { good, bad, warn, accent, aside };
  }
  // What went well is left as it is: there is no green that can be read on white, and it needs no eye drawn to it.
  const { red: bad, magenta: warn, blueBright: accent, magentaBright: aside } = chalk;
  return { good: (text) => text, bad, warn, accent, aside };
}

/** The variables that tell of a terminal's background. */
export interface TerminalVariables {
  /** `0;15` is black on white: rxvt, Konsole, iTerm2 and others set it. */
  readonly COLORFGBG?: string | undefined;
  readonly TERM?: string | undefined;
}

/** What is known without asking the terminal, whose answer would come in with what a person types. */
export function backgroundOf({ COLORFGBG, TERM }: TerminalVariables): Background {
  const background = COLORFGBG?.split(";").at(-1) ?? "";
  if (/^(?:7|9|1[0-5])$/.test(background)) return "light";
  // The console of Linux is black.
  return /^[0-68]$/.test(background) || TERM === "linux" ? "dark" : "unknown";
}
