import { crc32, deflateSync } from "node:zlib";

/**
 * A square picture of `size` by `size` pixels, a gradient in RGB.
 *
 * @see PNG (Third Edition), sections 5.2 (signature), 5.3 (chunks), 11.2 (IHDR, IDAT, IEND)
 */
export function gradientPng(size: number): Uint8Array {
  const rows = Buffer.alloc(size * (1 + 3 * size));
  for (let y = 0; y < size; y += 1) {
    // Each row begins with its filter's number: 0 is none.
    const row = y * (1 + 3 * size);
    for (let x = 0; x < size; x += 1) {
      const shade = (part: number) => Math.round((255 * part) / (size - 1));
      rows.set([shade(x), shade(y), 160], row + 1 + 3 * x);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits a channel, RGB; deflate, the usual filters, not interlaced.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}
