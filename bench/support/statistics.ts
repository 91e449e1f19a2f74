/** The middle value; of an even number, the mean of the two in the middle. `NaN` where there is none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** By linear interpolation between the two nearest; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

/**
 * The median of the ratios within each round: what slows a whole round down (another program, a warm disk cache)
 * slows both and cancels out. A round that lacks either says nothing.
 */
export function pairedRatio(
  own: readonly (number | undefined)[],
  base: readonly (number | undefined)[],
): number {
  const ratios = own.flatMap((value, round) => {
    const other = base[round];
    return value === undefined || other === undefined || other === 0 ? [] : [value / other];
  });
  return median(ratios);
}
