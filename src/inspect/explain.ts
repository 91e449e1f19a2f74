import type { Suspect } from "./_suspect.ts";
import { suspicions } from "./_suspicions.ts";

export interface Diagnosis {
  readonly cause: Cause;
  /** One or two sentences; no secret stands in them. */
  readonly explanation: string;
}

export type Cause = keyof typeof suspicions;

/**
 * The cause of a rejection, found by trying: each suspicion is put right in a copy of the delivery, and the
 * first that makes the signature fit is the answer. `undefined` where none does.
 */
export function explainRejection(suspect: Suspect): Diagnosis | undefined {
  if (suspect.request.body.length > MAX_BODY_BYTES) return undefined;
  for (const cause of Object.keys(suspicions) as Cause[]) {
    const explanation = suspicions[cause](suspect);
    if (explanation !== undefined) return { cause, explanation };
  }
  return undefined;
}

/** Some sixty hashes of the body are made; a larger one is rejected without a cause. */
const MAX_BODY_BYTES = 1024 * 1024;
