import type { JsonWebKey } from "node:crypto";
import type { HeaderPair, HeaderPairs } from "../core/headers.ts";
import type { Verification } from "../core/verdict.ts";

/** One way of signing a delivery: bytes in, verdict out. */
export interface SigningScheme<Name extends string = string> {
  readonly name: Name;
  /** What is signed and how it is written, in one line for a person. */
  readonly description: string;
  /** How far the signed time may be from the arrival, this distance included; `null` where nothing limits it. */
  readonly toleranceSeconds: number | null;
  readonly secretKind: SecretKind;
  /** How the secret becomes a key, to stand after "uses it": `as text`. */
  readonly secretUse: string;
  /** Checks in this order: missing, malformed, stale, mismatch. Without a secret the verdict is undecided. */
  examine(request: SignedRequest, secret: Secret | null, params?: SchemeParams): Examination;
  /** @throws {AppError} an id is needed and not given, or the secret cannot sign. */
  sign(inputs: SignInputs): Signed;
}

/** What a person has to provide: `jwks` stands for a key set, `public-key` for a single `whpk_` key. */
export type SecretKind = "text" | "base64" | "public-key" | "jwks" | "none";

/**
 * A text as the provider shows it, or the keys of an Ed25519 scheme (a key set, one key, or either as JSON).
 * Bytes are the HMAC key itself, not read in any way. Where a private key is given, its public half verifies.
 */
export type Secret = string | Uint8Array | JsonWebKeySet | JsonWebKey;

export interface JsonWebKeySet {
  readonly keys: readonly JsonWebKey[];
}

/** What a scheme leaves to its user: the name of a header or of a query parameter, a dialect. */
export type SchemeParams = Readonly<Record<string, string>>;

/** The part of a delivery that a signature can depend on. */
export interface SignedRequest {
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
  /** The full URL or the request target (`/hooks?token=x`). */
  readonly url?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** The signed bytes in pieces, to be read one after the other. */
export type SignedContent = readonly Uint8Array[];

/** A verdict with what it was drawn from. */
export interface Examination {
  readonly verification: Verification;
  /** Every field that the scheme needs is there and can be read. */
  readonly complete: boolean;
  /** `null` where nothing is signed or a field is not there. */
  readonly signed: SignedContent | null;
  /** The header that carries the signature, in the provider's spelling. */
  readonly signatureHeader: string | null;
  /** The header's value as it should be; `null` where only the sender can know it, or it would be the secret. */
  readonly expected: string | null;
  /** The header's value as it came; `null` where it would be the secret. */
  readonly received: string | null;
  /** The time that the sender gave, in Unix seconds. */
  readonly timestamp: number | null;
}

export interface SignInputs {
  /** For Ed25519 schemes the private key: a JWK with `d`, `whsk_…`, or `seed:<base64 of 32 bytes>`. */
  readonly secret: Secret | null;
  readonly body: Uint8Array;
  /** The delivery's id, where the scheme has one. */
  readonly id?: string | undefined;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly url?: string | undefined;
  /** Beyond those of verifying: `user` and `kid`, the ids of user and key where a scheme sends them. */
  readonly params?: SchemeParams | undefined;
  /** The headers of the delivery that is signed again: the names, the id and the user are taken from there. */
  readonly previous?: HeaderPairs | undefined;
}

interface Signed {
  readonly headers: readonly HeaderPair[];
  /** The URL that was given, with the token where the scheme puts one into its query. */
  readonly url: string | undefined;
}

/** Why something cannot be read, as a sentence. */
export interface Problem {
  readonly problem: string;
}

export const isProblem = <Value extends object>(value: Value | Problem): value is Problem =>
  "problem" in value;
