const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `500ms`, `30s`, `2m`, `1h`, `7d`, `1w`; a bare number is seconds. In ms; `undefined` where it is none of these. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)?$/.exec(text.trim());
  return match ? Number(match[1]) * units[(match[2] ?? "s") as keyof typeof units] : undefined;
}
