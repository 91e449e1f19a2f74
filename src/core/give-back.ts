/**
 * Gives a chunk's memory back now: until the next collection, 60 MB of them may pile up, and each collection looks at
 * all that lives. One that shares its memory with others is left alone. Nobody may read it, or be writing it, after.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
