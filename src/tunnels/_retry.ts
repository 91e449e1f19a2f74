const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 60_000;
const HOUR_MS = 60 * 60 * 1000;

/**
 * How long to wait after this many failures in a row, in ms: anything up to 0.25 s, then up to twice as much each
 * time. Full jitter keeps many clients of a server that restarts from coming back all at once.
 *
 * @param random from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelay(failures: number, random: number, longestMs = LONGEST_DELAY_MS): number {
  if (failures === 0) return 0;
  return Math.round(random * Math.min(longestMs, FIRST_DELAY_MS * 2 ** (failures - 1)));
}

/**
 * From when on one more tunnel may be asked for, given when the earlier ones were, oldest first (all in ms since
 * the epoch): in no hour more than `perHour`.
 */
export function budgetOpensAt(earlier: readonly number[], perHour: number): number {
  const oldest = earlier.at(-perHour);
  return earlier.length < perHour || oldest === undefined ? 0 : oldest + HOUR_MS;
}
