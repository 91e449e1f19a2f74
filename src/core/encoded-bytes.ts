/** Bytes in JSON: text where they are UTF-8 and come back from it unchanged, base64 otherwise. */
export interface EncodedBytes {
  readonly encoding: "utf8" | "base64";
  readonly data: string;
}

export function encodeBytes(bytes: Uint8Array): EncodedBytes {
  try {
    // With ignoreBOM the mark stays in the text, so that nothing is lost.
    return {
      encoding: "utf8",
      data: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    };
  } catch {
    return { encoding: "base64", data: Buffer.from(bytes).toString("base64") };
  }
}
