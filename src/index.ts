/**
 * The library: the same catalogue that the command line uses, for tests and handlers. Nothing here opens a
 * socket or a file.
 */
import { randomBytes } from "node:crypto";
import type { Identity } from "./core/delivery.ts";
import type { HeaderPair } from "./core/headers.ts";
import type { Verification } from "./core/verdict.ts";
import { type ForgedDelivery, forgeDelivery } from "./inspect/forge.ts";
import { identify as identifyDelivery } from "./inspect/identify.ts";
import {
  chooseSchemes,
  type HeadersInput,
  headerPairs,
  type VerifyInput,
  verifySignature,
} from "./inspect/verify.ts";
import { findProvider } from "./providers/_find.ts";
import type { Provider } from "./providers/_provider.ts";
import { providers as catalogue } from "./providers/_registry.ts";
import type { SchemeParams, Secret } from "./signing/_scheme.ts";
import { schemeNamed } from "./signing/_schemes.ts";

export { AppError } from "./core/errors.ts";
export type { RejectionReason, Verdict } from "./core/verdict.ts";
export type {
  DeliveryEvent,
  ForgedDelivery,
  HeaderPair,
  HeadersInput,
  Identity,
  Provider,
  SchemeParams,
  Secret,
  Verification,
};

import type { DeliveryEvent } from "./core/delivery.ts";

/** Every provider that is known, with all that is known of it. */
export const providers: readonly Provider[] = catalogue;

const schemesOf = (provider: string) => findProvider(provider)?.schemes;

export interface VerifyOptions extends Omit<VerifyInput, "now"> {
  /** When the delivery arrived: milliseconds since the epoch, or a Date. Default: now. */
  readonly now?: number | Date | undefined;
}

/**
 * Whether a delivery's signature holds, and if not, why: by a scheme's name, or as a provider signs.
 *
 * @throws {AppError} E_BAD_INPUT: no such scheme or provider. A bad signature is a verdict, not an exception.
 */
export async function verify({ now = Date.now(), ...input }: VerifyOptions): Promise<Verification> {
  return verifySignature({ ...input, now }, schemesOf);
}

export interface SignOptions {
  /** A scheme's name, or the provider whose first scheme is taken. */
  readonly scheme?: string | undefined;
  readonly provider?: string | undefined;
  readonly secret: Secret | null;
  /** A string is UTF-8. */
  readonly body: Uint8Array | string;
  /** The delivery's id, where the scheme signs one. */
  readonly id?: string | undefined;
  /** Unix seconds. Default: now. */
  readonly timestamp?: number | undefined;
  readonly url?: string | undefined;
  readonly params?: SchemeParams | undefined;
}

/**
 * The header pairs that a sender would add. A scheme that puts a token into the URL adds none.
 *
 * @throws {AppError} E_BAD_INPUT; and where this secret cannot sign, or an id is needed and not given.
 */
export async function sign(options: SignOptions): Promise<[string, string][]> {
  const { secret, body, id, url, timestamp = Math.floor(Date.now() / 1000) } = options;
  const [choice] = chooseSchemes(options, schemesOf);
  if (!choice) return [];
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const { headers } = schemeNamed(choice.scheme).sign({
    secret,
    body: bytes,
    id,
    timestamp,
    url,
    params: choice.params,
  });
  return headers.map(([name, value]) => [name, value]);
}

export interface ForgeOptions {
  readonly provider: string;
  /** `completed`, `failed`, `processing`, or the provider's own name of the event. */
  readonly event: string;
  readonly secret?: Secret | null | undefined;
  /** Changes to the payload: `{ "outputs.0": "https://…" }`, or `["outputs.0=https://…"]`. */
  readonly set?: readonly string[] | Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds since the epoch, or a Date. Default: now. */
  readonly now?: number | Date | undefined;
  /** The URL or path that it is meant for. */
  readonly target?: string | undefined;
}

/**
 * A delivery as the provider sends it: a documented payload with fresh ids, signed over its bytes.
 *
 * @throws {AppError} E_NO_PROVIDER, E_NO_EVENT, E_NO_SECRET, E_BAD_SET
 */
export async function forge(
  options: ForgeOptions,
): Promise<ForgedDelivery & { headers: [string, string][] }> {
  const { provider, event, secret = null, set = [], now = Date.now(), target = "/" } = options;
  const { pathname, search } = new URL(target, "http://localhost");
  const forged = forgeDelivery({
    provider,
    event,
    secret,
    set: Array.isArray(set)
      ? set
      : Object.entries(set).map(([path, value]) => `${path}=${JSON.stringify(value)}`),
    now: Number(now),
    random: randomBytes,
    path: pathname + search,
  });
  return { ...forged, headers: forged.headers.map(([name, value]) => [name, value]) };
}

export interface IdentifyOptions {
  readonly headers: HeadersInput;
  /** A string is UTF-8. */
  readonly body: Uint8Array | string;
  readonly path?: string | undefined;
}

/** Whose a delivery is and what it speaks of. Never throws: what cannot be told is `null`. */
export function identify({ headers, body }: IdentifyOptions): Identity {
  return identifyDelivery({
    headers: headerPairs(headers),
    body: typeof body === "string" ? Buffer.from(body) : body,
  });
}
