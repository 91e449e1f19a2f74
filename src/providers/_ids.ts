/** `size` random bytes. An argument wherever ids are made, so that the same bytes give the same ids. */
export type RandomBytes = (size: number) => Uint8Array;

/** UUID v4. */
export function uuid(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Lower-case hex. */
export function hexId(random: RandomBytes, length: number): string {
  return idOf("0123456789abcdef", random, length);
}

export function digitId(random: RandomBytes, length: number): string {
  return idOf("123456789", random, length);
}

/** Lower-case letters and digits. */
export function wordId(random: RandomBytes, length: number): string {
  return idOf("abcdefghijklmnopqrstuvwxyz0123456789", random, length);
}

/** Letters of both cases and digits. */
export function base62Id(random: RandomBytes, length: number): string {
  return idOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", random, length);
}

function idOf(alphabet: string, random: RandomBytes, length: number): string {
  return Array.from(random(length), (byte) => alphabet[byte % alphabet.length]).join("");
}
