import type { HeaderPairs } from "../core/headers.ts";
import type { Envelope } from "./_envelopes.ts";
import type { Proof } from "./_proof.ts";
import type { Problem, SchemeParams, SignedContent } from "./_scheme.ts";

/** How one scheme reads and writes a delivery. */
export interface Rules {
  readonly headers: FieldHeaders;
  readonly envelope: Envelope;
  readonly proof: Proof;
  content(fields: Fields, body: Uint8Array): SignedContent | Problem;
}

/** Chooses where parameters or the headers at hand decide. */
export type RulesFor = (params: SchemeParams, headers: HeaderPairs) => Rules;

/** The headers that have to be there, in the provider's spelling. */
export interface FieldHeaders {
  readonly id?: string;
  readonly user?: string;
  /** Absent where nothing says the time, or the signature's header does. */
  readonly timestamp?: string;
  readonly keyId?: string;
  /** Sent, and read by nobody. */
  readonly keyIdHint?: string;
  readonly signature: string;
}

/** What stood in them; empty where the scheme has no such field. */
export interface Fields {
  readonly id: string;
  readonly user: string;
  /** Decimal digits. */
  readonly timestamp: string;
}
