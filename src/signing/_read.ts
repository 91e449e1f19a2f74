import { headerValue, headerValues } from "../core/headers.ts";
import { rejected, type Verification } from "../core/verdict.ts";
import type { FieldHeaders, Rules } from "./_rules.ts";
import { isProblem, type SignedContent, type SignedRequest } from "./_scheme.ts";

/** All that a verdict needs of a request besides the secret and the clock. */
export interface Reading {
  readonly signatures: readonly string[];
  readonly content: SignedContent;
  /** As it was written. */
  readonly timestamp: string | undefined;
  readonly keyId: string | undefined;
  /** The signature's header as it came. */
  readonly received: string;
}

/** What keeps it from being read: a field is missing or malformed, in this order. */
export interface Unreadable {
  readonly fault: Verification;
}

export function readRequest(
  { headers: names, envelope, proof, content }: Rules,
  { headers, body }: SignedRequest,
): Reading | Unreadable {
  const values: Partial<Record<keyof FieldHeaders, string>> = {};
  let repeated: string | undefined;
  for (const field of FIELDS) {
    const header = names[field];
    if (header === undefined) continue;
    const carried = headerValues(headers, header);
    if (!carried[0]) return { fault: rejected("missing", absence(header, carried[0])) };
    if (carried.length > 1) repeated ??= header;
    values[field] = carried[0];
  }
  const carried = headerValues(headers, names.signature).filter((value) => value !== "");
  if (carried.length === 0)
    return { fault: rejected("missing", absence(names.signature, headerValue(headers, names.signature))) };
  if (repeated !== undefined) return malformed(`the ${repeated} header is given more than once`);

  const contents = envelope.read(carried, names.signature);
  if (isProblem(contents)) return malformed(contents.problem);
  const { id = "", user = "", timestamp = contents.timestamp, keyId } = values;
  if (timestamp !== undefined && !/^\d+$/.test(timestamp))
    return malformed("the timestamp is not a whole number of seconds");
  if (!contents.signatures.every(proof.isWellFormed)) return malformed(`${names.signature} is not hex`);

  const signed = content({ id, user, timestamp: timestamp ?? "" }, body);
  if (isProblem(signed)) return malformed(signed.problem);
  return { signatures: contents.signatures, content: signed, timestamp, keyId, received: carried.join(", ") };
}

const FIELDS = ["id", "user", "timestamp", "keyId"] as const;

const malformed = (explanation: string): Unreadable => ({ fault: rejected("malformed", explanation) });

const absence = (header: string, value: string | undefined) =>
  value === undefined ? `there is no ${header} header` : `the ${header} header is empty`;
