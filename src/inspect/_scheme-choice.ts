import { AppError } from "../core/errors.ts";
import type { SchemeParams } from "../signing/_scheme.ts";
import { findScheme, type SchemeChoice } from "../signing/_schemes.ts";

/** What is known of a provider's signatures; `undefined` where nobody knows the provider. */
export type SchemesOfProvider = (provider: string) => readonly SchemeChoice[] | undefined;

/** One of scheme and provider at least; with both, the scheme as this provider uses it. */
export interface SchemeRequest {
  readonly scheme?: string | undefined;
  readonly provider?: string | undefined;
  readonly params?: SchemeParams | undefined;
}

/**
 * The schemes that a call by scheme, by provider or by both speaks of; its parameters add to the provider's.
 *
 * @throws {AppError} there is no such scheme or provider.
 */
export function chooseSchemes(
  { scheme, provider, params }: SchemeRequest,
  schemesOf: SchemesOfProvider,
): readonly SchemeChoice[] {
  const known = provider === undefined ? [] : schemesOf(provider);
  if (known === undefined)
    throw badInput(`there is no provider "${provider}"`, 'Run "hookspool providers" for their names.');
  const named = scheme === undefined ? undefined : findScheme(scheme)?.name;
  if (scheme !== undefined && named === undefined)
    throw badInput(`there is no signing scheme "${scheme}"`, 'Run "hookspool providers" for those in use.');
  if (named === undefined && provider === undefined)
    throw badInput("neither a scheme nor a provider is named", "Name one of them.");

  const asked = named === undefined ? known : known.filter((choice) => choice.scheme === named);
  const choices = named !== undefined && asked.length === 0 ? [{ scheme: named }] : asked;
  return choices.map((choice) => ({ ...choice, params: { ...choice.params, ...params } }));
}

export const bytesOf = (body: Uint8Array | string) => (typeof body === "string" ? Buffer.from(body) : body);

export const badInput = (message: string, hint: string) =>
  new AppError(message, { code: "E_BAD_INPUT", fault: "user", hint });
