/** A body as it is put into a text field, and its way back: a field knows no line ends but LF. */
export function editableText(bytes: Uint8Array): string | undefined {
  try {
    // A byte order mark stays what it is.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** What was typed as bytes, with the line ends of the original, to the letter where nothing was changed. */
export function editedBytes(typed: string, original: string): Uint8Array<ArrayBuffer> {
  const unchanged = typed === original.replace(/\r\n?/g, "\n");
  const crlf = /\r\n/.test(original) && !/(?<!\r)\n/.test(original);
  const text = unchanged ? original : crlf ? typed.replaceAll("\n", "\r\n") : typed;
  return new TextEncoder().encode(text);
}
