import type { JsonLine } from "../../inspect/pretty.ts";

/** What an opening line holds. */
export interface Fold {
  /** The line that closes it; one past the last where the text was cut before. */
  readonly end: number;
  /** How many members or elements it has. */
  readonly size: number;
}

/** Which lines open something that stands on several lines, by their place. */
export function foldsOf(lines: readonly JsonLine[]): ReadonlyMap<number, Fold> {
  const folds = new Map<number, Fold>();
  const open: { at: number; depth: number; size: number }[] = [];
  const close = (end: number) => {
    const { at, size } = open.pop() ?? { at: 0, size: 0 };
    folds.set(at, { end, size });
  };
  for (const [at, { depth, tokens }] of lines.entries()) {
    const closes = /^[}\]]/.test(tokens[0]?.text ?? "");
    while (open.length > 0 && depth <= (open.at(-1)?.depth ?? 0)) close(at);
    const inside = open.at(-1);
    if (inside && !closes && depth === inside.depth + 1) inside.size += 1;
    const last = tokens.at(-1)?.text;
    if (last === "{" || last === "[") open.push({ at, depth, size: 0 });
  }
  while (open.length > 0) close(lines.length);
  return folds;
}

/** The places of the lines that are seen while those of `folded` are folded. */
export function seenLines(
  count: number,
  folds: ReadonlyMap<number, Fold>,
  folded: ReadonlySet<number>,
): readonly number[] {
  const seen: number[] = [];
  for (let at = 0; at < count; at += 1) {
    seen.push(at);
    const fold = folded.has(at) ? folds.get(at) : undefined;
    // The closing line stands with the opening one.
    if (fold) at = fold.end;
  }
  return seen;
}
