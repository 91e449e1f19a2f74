import type { Problem, Secret, SecretKind, SignedContent } from "./_scheme.ts";

/** The cryptographic part of a scheme: from signed content and a secret to signatures as text. */
export interface Proof {
  readonly secretKind: SecretKind;
  readonly secretUse: string;
  /** Whether a signature can be one at all, whatever its content. */
  isWellFormed(signature: string): boolean;
  prepare(content: SignedContent, secret: Secret, keyId: string | undefined): Check | Problem;
  /** @throws {AppError} the secret cannot sign. */
  sign(content: SignedContent, secret: Secret): string;
}

export interface Check {
  /** `null` where only the holder of the private key can make it. */
  readonly expected: string | null;
  fits(signature: string): boolean;
}
