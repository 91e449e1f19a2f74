import { type Identity, unidentified } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import { providerNamed } from "../providers/_find.ts";
import { type Provider, type Received, type Sign, signs } from "../providers/_provider.ts";
import { providers } from "../providers/_registry.ts";

interface IdentifyOptions {
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
  /** Whose it is, where that is known: nothing is recognised then. */
  readonly provider?: string | undefined;
}

/** Beyond this size a body is not parsed, and only the headers can tell whose it is. */
export const LARGEST_PARSED_BODY_BYTES = 1024 * 1024;

/**
 * Whose delivery this is and what it speaks of. Any bytes will do: what cannot be read is `null`.
 *
 * @throws {AppError} `E_NO_PROVIDER`: the provider that was named is not in the catalogue.
 */
export function identify({ headers, body, provider: id }: IdentifyOptions): Identity {
  const received = readDelivery(headers, body);
  const provider = id === undefined ? recognise(received) : providerNamed(id);
  return provider === undefined ? unidentified : { provider: provider.id, ...provider.identify(received) };
}

/** A delivery as the catalogue looks at it. The body is parsed here and nowhere else. */
export function readDelivery(headers: HeaderPairs, body: Uint8Array): Received {
  const first = new Map<string, string>();
  for (const [name, value] of headers) {
    const field = name.toLowerCase();
    if (!first.has(field)) first.set(field, value);
  }
  return { headers: first, json: body.byteLength > LARGEST_PARSED_BODY_BYTES ? undefined : parseJson(body) };
}

/** The provider with the surest sign; two are never equally sure of a delivery that either would send. */
function recognise(received: Received): Provider | undefined {
  let recognised: Provider | undefined;
  let surest: number = signs.length;
  for (const provider of providers) {
    const sign = provider.recognises(received);
    if (sign === null || rank(sign) >= surest) continue;
    recognised = provider;
    surest = rank(sign);
  }
  return recognised;
}

const rank = (sign: Sign): number => signs.indexOf(sign);

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder();
