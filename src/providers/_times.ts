/** `2026-01-16T10:30:45.123Z`, from milliseconds since the epoch. */
export const iso = (now: number): string => new Date(now).toISOString();

/** `2026-01-16T10:30:45Z`. */
export const isoSeconds = (now: number): string => `${iso(now).slice(0, 19)}Z`;

/** Whole seconds since the epoch. */
export const unixSeconds = (now: number): number => Math.floor(now / 1000);
