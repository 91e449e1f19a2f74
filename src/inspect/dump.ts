/** Bytes as UTF-8, or `undefined` where they are no text. A character cut in two at the end is no matter. */
export function asText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** One row of a hex dump, its columns padded to one width. */
export interface HexRow {
  /** Of its first byte, in hex. */
  readonly offset: string;
  readonly hex: string;
  /** The same bytes in ASCII, a dot for what has no sign. */
  readonly text: string;
}

export function hexRows(bytes: Uint8Array, perRow = 16): HexRow[] {
  const rows: HexRow[] = [];
  for (let at = 0; at < bytes.length; at += perRow) {
    const row = [...bytes.subarray(at, at + perRow)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    rows.push({
      offset: at.toString(16).padStart(6, "0"),
      hex: hex.padEnd(perRow * 3 - 1),
      text: row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(""),
    });
  }
  return rows;
}
