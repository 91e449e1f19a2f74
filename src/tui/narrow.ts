/**
 * Whether every character takes one column, as nearly all do: ASCII, Latin, and the signs and lines that are drawn
 * here. `string-width` would say the same, after 35 ms of looking up what Unicode has to say.
 */
export function isNarrow(text: string): boolean {
  return /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u257f\u25b4-\u25cf\u2713\u2717]*$/.test(
    text,
  );
}
