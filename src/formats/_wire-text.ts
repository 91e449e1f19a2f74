/** Text with one character per byte, as headers have it: what has characters beyond that becomes its UTF-8. */
export const wireText = (text: string): string =>
  /[^\0-\xff]/.test(text) ? Buffer.from(text).toString("latin1") : text;
