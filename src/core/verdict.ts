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

/** What a verdict was drawn from. The secret is not among it. */
export interface SignatureFacts {
  /** The scheme's name and how it works, in one line. */
  readonly scheme: string;
  /** The beginning of the signed bytes; `null` where nothing was put together. */
  readonly signed: string | null;
  /** Length of the whole. */
  readonly signedBytes: number | null;
  readonly isSignedCut: boolean;
  readonly header: string | null;
  /** `null` where no secret is known, or it takes a private key to make it. */
  readonly expected: string | null;
  readonly received: string | null;
  /** The sender's address and whether the provider names it; `null` where either says nothing. */
  readonly source: string | null;
}

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
