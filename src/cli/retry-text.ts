import type { LineStyle } from "../log/lines.ts";
import type { Provider } from "../providers/_provider.ts";
import { describeSeconds } from "../signing/_seconds.ts";
import type { RetryEnd } from "../spool/retries.ts";

interface Pause {
  readonly provider: Provider;
  readonly delayMs: number;
  /** The number of the attempt that follows, from 1. */
  readonly attempt: number;
  readonly timeScale: number;
}

/** Said before a retry. */
export function pauseText({ provider, delayMs, attempt, timeScale }: Pause): string {
  const { name, retries } = provider;
  const when = delayMs === 0 ? "at once" : `in ${spanText(delayMs)}`;
  const here = timeScale === 1 || delayMs === 0 ? "" : `, which is ${spanText(delayMs / timeScale)} here`;
  return `          ${name} tries again ${when}${here} (attempt ${attempt} of ${retries.delaysMs.length})\n`;
}

/** Said when a provider's tries are over: what it would do now. */
export function retryEndText(
  provider: Provider,
  { how, attempts, last }: RetryEnd,
  { tones }: LineStyle,
): string {
  const { name, retries } = provider;
  const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const given = last.status === null ? "no answer" : String(last.status);
  const said = {
    received: tones.good(`${name} takes ${given} for received after ${tries}, and sends this no more.`),
    "given-up": tones.bad(`${name} takes ${given} for a final no after ${tries}, and does not try again.`),
    exhausted: tones.bad(`${name} gives up after ${tries}.`),
    "sent-once": tones.warn(`${name} sends news of progress once and does not try again.`),
  }[how];
  const isOver = how === "given-up" || how === "exhausted";
  const after = isOver
    ? ` ${retries.afterLast.replace("Undocumented.", "What follows is not documented.")}`
    : "";
  return `${said}${after}${how === "exhausted" ? caveats[retries.certainty] : ""}\n`;
}

const caveats = {
  documented: "",
  "in part": " (Its schedule is documented in part only.)",
  "our choice": " (Its schedule is not documented: this one is hookspool's choice.)",
} as const;

/** `250 ms`, `4 s`, `1.5 s`, `2 h`. */
function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${Number((ms / 1_000).toFixed(1))} s` : describeSeconds(Math.round(ms / 1_000));
}
