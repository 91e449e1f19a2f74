import type { Fields } from "./_rules.ts";
import type { SignedContent } from "./_scheme.ts";

export const bodyAlone = (_fields: Fields, body: Uint8Array): SignedContent => [body];

/** `{timestamp}.{body}` */
export const timestampAndBody = ({ timestamp }: Fields, body: Uint8Array): SignedContent => [
  wireBytes(`${timestamp}.`),
  body,
];

/** `{id}.{timestamp}.{body}` */
export const idTimestampAndBody = ({ id, timestamp }: Fields, body: Uint8Array): SignedContent => [
  wireBytes(`${id}.${timestamp}.`),
  body,
];

/** Header values hold one byte in each character. */
export const wireBytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
