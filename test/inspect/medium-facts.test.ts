import { describe, expect, test } from "vitest";
import { readMedium } from "../../src/inspect/medium-facts.ts";

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  );

const tkhd = Buffer.alloc(92);
tkhd.writeUInt32BE(92, 0);
tkhd.write("tkhd", 4);
tkhd.writeUInt32BE(1280 << 16, 84);
tkhd.writeUInt32BE(720 << 16, 88);

const jpeg = [
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2],
  ...[0xff, 0xc2, 0, 17, 8, 1, 0xe0, 2, 0x80, 3, 1, 0x22, 0],
];

describe("the beginning of a file", () => {
  test.each<[string, Uint8Array, string | null, string | null]>([
    [
      "PNG",
      bytes("\u0089PNG\r\n\u001a\n", [0, 0, 0, 13], "IHDR", [0, 0, 2, 0], [0, 0, 1, 0]),
      "image/png",
      "512 × 256",
    ],
    ["JPEG", bytes(jpeg), "image/jpeg", "640 × 480"],
    ["GIF", bytes("GIF89a", [64, 1, 240, 0]), "image/gif", "320 × 240"],
    [
      "lossy WebP",
      bytes("RIFF", [0, 0, 0, 0], "WEBPVP8 ", [0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 64, 1, 240, 0]),
      "image/webp",
      "320 × 240",
    ],
    [
      "extended WebP",
      bytes("RIFF", [0, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0, 0, 0, 0, 0, 0x3f, 1, 0, 0xef, 0, 0]),
      "image/webp",
      "320 × 240",
    ],
    ["MP4", bytes([0, 0, 0, 16], "ftypisom", [0, 0, 0, 0], [...tkhd]), "video/mp4", "1280 × 720"],
    ["an MP4 with its index at the end", bytes([0, 0, 0, 16], "ftypisom"), "video/mp4", null],
    ["sound", bytes("RIFF", [0, 0, 0, 0], "WAVEfmt "), "audio/wav", null],
    ["a PNG cut short", bytes("\u0089PNG\r\n\u001a\n"), "image/png", null],
    ["a JPEG that lies about its segments", bytes([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff]), "image/jpeg", null],
    ["nothing", bytes(), null, null],
    ["anything else", bytes("<html>"), null, null],
  ])("%s", (_case, start, type, size) => {
    const found = readMedium(start);
    expect(found.type).toBe(type);
    expect(found.dimensions && `${found.dimensions.width} × ${found.dimensions.height}`).toBe(size);
  });
});
