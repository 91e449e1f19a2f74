/** How much of a fault is tried: enough to notice in CI; by hand, with `HOOKSPOOL_FAULTS=long`, to be sure. */
export const extent = <T>(short: T, long: T): T => (process.env.HOOKSPOOL_FAULTS === "long" ? long : short);
