/** What a file's server and its first bytes say of it. */
export interface MediumFacts {
  /** The media type, by its bytes where they tell, else as its server says; `null` where nothing does. */
  readonly type: string | null;
  /** Length of the whole in bytes; `null` where its server does not say. */
  readonly bytes: number | null;
  /** In pixels; `null` where its beginning does not tell. */
  readonly dimensions: Dimensions | null;
}

interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** A file's kind and, for pictures and films that say so at their beginning, its size on a screen. */
export function readMedium(start: Uint8Array): Pick<MediumFacts, "type" | "dimensions"> {
  for (const { type, isIt, dimensions } of kinds) {
    if (!isIt(start)) continue;
    return { type, dimensions: dimensions?.(viewOf(start)) ?? null };
  }
  return { type: null, dimensions: null };
}

interface Kind {
  readonly type: string;
  isIt(bytes: Uint8Array): boolean;
  dimensions?(view: DataView): Dimensions | undefined;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether these letters stand there. */
const has =
  (letters: string, at = 0) =>
  (bytes: Uint8Array) =>
    [...letters].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

const all =
  (...tests: readonly ((bytes: Uint8Array) => boolean)[]) =>
  (bytes: Uint8Array) =>
    tests.every((test) => test(bytes));

const kinds: readonly Kind[] = [
  {
    type: "image/png",
    isIt: has("\u0089PNG\r\n\u001a\n"),
    dimensions: (view) => pair(view, 24, () => [view.getUint32(16), view.getUint32(20)]),
  },
  { type: "image/jpeg", isIt: has("\u00ff\u00d8\u00ff"), dimensions: jpegDimensions },
  {
    type: "image/gif",
    isIt: has("GIF8"),
    dimensions: (view) => pair(view, 10, () => [view.getUint16(6, true), view.getUint16(8, true)]),
  },
  { type: "image/webp", isIt: all(has("RIFF"), has("WEBP", 8)), dimensions: webpDimensions },
  { type: "image/avif", isIt: all(has("ftyp", 4), has("avif", 8)) },
  { type: "audio/wav", isIt: all(has("RIFF"), has("WAVE", 8)) },
  { type: "audio/mp4", isIt: all(has("ftyp", 4), has("M4A", 8)) },
  { type: "video/mp4", isIt: has("ftyp", 4), dimensions: mp4Dimensions },
  { type: "video/webm", isIt: has("\u001aE\u00df\u00a3") },
  { type: "audio/mpeg", isIt: has("ID3") },
  { type: "audio/ogg", isIt: has("OggS") },
  { type: "audio/flac", isIt: has("fLaC") },
  { type: "model/gltf-binary", isIt: has("glTF") },
];

function pair(view: DataView, needed: number, read: () => readonly [number, number]): Dimensions | undefined {
  if (view.byteLength < needed) return undefined;
  const [width, height] = read();
  return { width, height };
}

/** Its segments are gone through up to the frame's header (ITU T.81, B.2.2). */
function jpegDimensions(view: DataView): Dimensions | undefined {
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Lossy, lossless and extended files say it at different places (RFC 9649). */
function webpDimensions(view: DataView): Dimensions | undefined {
  if (view.byteLength < 30) return undefined;
  switch (String.fromCharCode(view.getUint8(15))) {
    case " ":
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case "L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "X":
      return {
        width: (view.getUint32(24, true) & 0xffffff) + 1,
        height: (view.getUint32(26, true) >>> 8) + 1,
      };
    default:
      return undefined;
  }
}

/** The first track with a width (ISO/IEC 14496-12, 8.3.2); a file that has its index at its end does not tell. */
function mp4Dimensions(view: DataView): Dimensions | undefined {
  for (let at = 4; at + 4 <= view.byteLength; at += 1) {
    if (view.getUint32(at) !== TKHD) continue;
    const size = view.getUint32(at - 4);
    const end = at - 4 + size;
    if (size < 84 || end > view.byteLength) continue;
    // Fixed point, 16 bits before and after it.
    const [width, height] = [view.getUint32(end - 8) >>> 16, view.getUint32(end - 4) >>> 16];
    if (width > 0 && height > 0) return { width, height };
  }
  return undefined;
}

/** `tkhd` */
const TKHD = 0x746b6864;
