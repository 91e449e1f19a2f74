/** Places moments on a line that begins at 0. */
export interface TimeScale {
  /** Where a moment (ms) stands, in px. */
  readonly x: (ms: number) => number;
  /** Round moments for the axis, in ms. */
  readonly ticks: readonly number[];
}

/** A line of `width` px for `spanMs`, with marks that stand at least `apart` px from each other. */
export function timeScale(spanMs: number, width: number, apart: number): TimeScale {
  const span = Math.max(1, spanMs);
  const step = roundStep((span / width) * apart);
  const ticks = Array.from({ length: Math.floor(span / step) + 1 }, (_, at) => at * step);
  return { x: (ms) => (ms / span) * width, ticks };
}

/** In ms: people count seconds in tens, minutes and hours in sixtieths. */
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000].concat(
  [1, 2, 5, 10, 20, 30, 60, 120, 360, 720, 1_440, 2_880].map((minutes) => minutes * 60_000),
);

const DAY_MS = 86_400_000;

function roundStep(least: number): number {
  return steps.find((step) => step >= least) ?? Math.ceil(least / DAY_MS) * DAY_MS;
}

/** Puts spans into as few rows as they need without touching; more than `most` rows overlap in the last. */
export function rowsFor(
  spans: readonly (readonly [from: number, to: number])[],
  most: number,
): readonly number[] {
  const ends: number[] = [];
  return spans.map(([from, to]) => {
    const free = ends.findIndex((end) => end <= from);
    const row = Math.min(most - 1, free === -1 ? ends.length : free);
    ends[row] = Math.max(ends[row] ?? 0, to);
    return row;
  });
}
