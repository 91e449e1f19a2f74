/** Why a signature was rejected, in the order in which the checks are made. */
export type RejectionReason = "missing" | "malformed" | "stale" | "mismatch";

/**
 * What is known of a delivery's signature. `undecided` means that nothing was compared: there is no secret,
 * or the provider signs nothing. `explanation` is one or two plain sentences for a person.
 */
export type Verification =
  | { readonly verdict: "verified"; readonly reason: null; readonly explanation: string }
  | { readonly verdict: "rejected"; readonly reason: RejectionReason; readonly explanation: string }
  | { readonly verdict: "undecided"; readonly reason: null; readonly explanation: string };

export type Verdict = Verification["verdict"];

export const verified = (explanation: string): Verification => ({
  verdict: "verified",
  reason: null,
  explanation,
});

export const rejected = (reason: RejectionReason, explanation: string): Verification => ({
  verdict: "rejected",
  reason,
  explanation,
});

export const undecided = (explanation: string): Verification => ({
  verdict: "undecided",
  reason: null,
  explanation,
});
