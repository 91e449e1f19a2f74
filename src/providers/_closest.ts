/** The word that was probably meant; `undefined` where none is near, or several are equally so. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const given = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(given.length / 3));
  let best: string | undefined;
  let fewest = allowed + 1;
  let isTie = false;
  for (const candidate of candidates) {
    const edits = editDistance(given, candidate.toLowerCase(), allowed);
    if (edits === fewest) isTie = true;
    if (edits >= fewest) continue;
    [best, fewest, isTie] = [candidate, edits, false];
  }
  return isTie ? undefined : best;
}

/** Insertions, deletions, substitutions and swaps of neighbours; more than `limit` is said as `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = a[row - 1] === b[column - 1] ? 0 : 1;
      let edits = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + substitution,
      );
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) edits = Math.min(edits, (beforeLast[column - 2] as number) + 1);
      current.push(edits);
    }
    [beforeLast, last] = [last, current];
  }
  return Math.min(last[b.length] as number, limit + 1);
}
