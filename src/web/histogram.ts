/** How often each span of time occurred: steps of a tenth, so that a quantile is right to one twentieth. */
export interface Histogram {
  readonly counts: Uint32Array;
  size: number;
}

const STEP = Math.log(1.1);

/** In ms; everything shorter falls into the first step. */
const SHORTEST = 0.1;

/** From 0.1 ms to half an hour. */
const STEPS = 176;

export const emptyHistogram = (): Histogram => ({ counts: new Uint32Array(STEPS), size: 0 });

export function addTo(histogram: Histogram, ms: number): void {
  const step = Math.floor(Math.log(Math.max(ms, SHORTEST) / SHORTEST) / STEP);
  const at = Math.min(STEPS - 1, step);
  histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
  histogram.size += 1;
}

export function mergeInto(histogram: Histogram, other: Histogram): void {
  for (const [at, count] of other.counts.entries())
    histogram.counts[at] = (histogram.counts[at] ?? 0) + count;
  histogram.size += other.size;
}

/** In ms, the middle of its step; `null` where nothing was counted. */
export function quantile({ counts, size }: Histogram, share: number): number | null {
  if (size === 0) return null;
  let left = Math.ceil(size * share);
  for (const [at, count] of counts.entries()) {
    left -= count;
    if (left <= 0) return SHORTEST * Math.exp((at + 0.5) * STEP);
  }
  return null;
}
