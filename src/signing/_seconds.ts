/** A span for a person, in its two largest units: `3 h 2 min`. */
export function describeSeconds(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.abs(Math.trunc(seconds));
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;
