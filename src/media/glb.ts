/**
 * A tetrahedron as binary glTF.
 *
 * @see glTF 2.0, section 4 (binary glTF), sections 5.1 and 5.11 (accessors, buffer views)
 */
export function tetrahedronGlb(): Uint8Array {
  const positions = Float32Array.from(corners.flat());
  const indices = Uint16Array.from(faces.flat());
  const buffer = padded(Buffer.concat([bytesOf(positions), bytesOf(indices)]), 0);
  const json = {
    asset: { version: "2.0" },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
    accessors: [
      {
        bufferView: 0,
        componentType: FLOAT,
        count: corners.length,
        type: "VEC3",
        min: [-1, -1, -1],
        max: [1, 1, 1],
      },
      { bufferView: 1, componentType: UNSIGNED_SHORT, count: indices.length, type: "SCALAR" },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: positions.byteLength, target: ARRAY_BUFFER },
      {
        buffer: 0,
        byteOffset: positions.byteLength,
        byteLength: indices.byteLength,
        target: ELEMENT_ARRAY_BUFFER,
      },
    ],
    buffers: [{ byteLength: buffer.length }],
  };
  const chunks = Buffer.concat([
    chunk("JSON", padded(Buffer.from(JSON.stringify(json)), 0x20)),
    chunk("BIN\0", buffer),
  ]);
  return Buffer.concat([Buffer.from("glTF"), uint32s(2, 12 + chunks.length), chunks]);
}

const FLOAT = 5126;
const UNSIGNED_SHORT = 5123;
const ARRAY_BUFFER = 34962;
const ELEMENT_ARRAY_BUFFER = 34963;

const corners = [
  [1, 1, 1],
  [-1, -1, 1],
  [-1, 1, -1],
  [1, -1, -1],
] as const;

/** Seen from outside, each runs counter-clockwise. */
const faces = [
  [0, 2, 1],
  [0, 1, 3],
  [0, 3, 2],
  [1, 2, 3],
] as const;

function chunk(type: string, data: Uint8Array): Buffer {
  return Buffer.concat([uint32s(data.length), Buffer.from(type), data]);
}

function uint32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i);
  return bytes;
}

/** To a multiple of four bytes. */
function padded(bytes: Buffer, fill: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3, fill)]);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
