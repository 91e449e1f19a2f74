import { createHmac } from "node:crypto";
import type { ProbeSecret } from "./tunnel.ts";

/**
 * What the front answers to a probe of our own: the proof that this very hookspool was reached. `null` where
 * the request is no probe.
 */
export function answerProbe(path: string, secret: ProbeSecret): string | null {
  const question = `${secret.path}?nonce=`;
  // A tunnel of one's own may put a path of its own before it; nobody else can guess the rest.
  const at = path.indexOf(question);
  return at === -1 ? null : proofOf(path.slice(at + question.length), secret);
}

/** Lower-case hex HMAC-SHA256 of the nonce. */
export function proofOf(nonce: string, { key }: ProbeSecret): string {
  return createHmac("sha256", Buffer.from(key, "hex")).update(nonce).digest("hex");
}
