import type { Secret, Signed } from "../signing/_scheme.ts";
import { schemeNamed } from "../signing/_schemes.ts";
import { bytesOf, chooseSchemes, type SchemeRequest, type SchemesOfProvider } from "./_scheme-choice.ts";

/** As a library's user asks for a signature. */
export interface SignInput extends SchemeRequest {
  readonly secret: Secret | null;
  /** A string is UTF-8. */
  readonly body: Uint8Array | string;
  readonly id?: string | undefined;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly url?: string | undefined;
}

/**
 * Signs as the scheme says, or as the provider's first one does; nothing is added where it signs nothing.
 *
 * @throws {AppError} there is no such scheme or provider, an input is not given, or the secret cannot sign.
 */
export function signDelivery(input: SignInput, schemesOf: SchemesOfProvider): Signed {
  const { scheme, params } = chooseSchemes(input, schemesOf)[0] ?? { scheme: "unsigned" };
  return schemeNamed(scheme).sign({ ...input, body: bytesOf(input.body), params });
}
