import { AppError } from "../core/errors.ts";
import { type HeaderPair, type HeaderPairs, headerValue, headerValues } from "../core/headers.ts";
import type { Provider } from "../providers/_provider.ts";
import type { Secret } from "../signing/_scheme.ts";
import { schemeNamed } from "../signing/_schemes.ts";
import { examineDelivery } from "./verify.ts";

/** The part of a request that a person may change before it is sent again. */
export interface SendableRequest {
  readonly headers: HeaderPairs;
  /** The request target. */
  readonly path: string;
  readonly body: Uint8Array;
}

interface ResignOptions {
  readonly request: SendableRequest;
  readonly provider: Provider;
  /** `null` where none is known. */
  readonly secret: Secret | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The same request, signed at another moment by the scheme that it was signed by: timestamp and signature are
 * replaced where they stand, the id and every other field stay.
 *
 * @throws {AppError} `E_NO_SIGNATURE` where the provider signs nothing, `E_NO_SECRET`, and what the scheme
 *   throws when a secret cannot sign or the delivery has no id.
 */
export function resign({ request, provider, secret, now }: ResignOptions): SendableRequest {
  const { headers, path, body } = request;
  const { schemes } = provider;
  const signed = { headers, body, url: path, receivedAt: now };
  const { choice } = examineDelivery({ request: signed, schemes, secret });
  const scheme = schemeNamed(choice.scheme);
  if (scheme.secretKind === "none") throw signsNothing(provider);
  if (secret === null) throw noSecret(provider);
  const timestamp = Math.floor(now / 1000);
  const { params } = choice;
  const fresh = scheme.sign({ secret, body, timestamp, url: path, params, previous: headers });
  return { headers: withHeaders(headers, fresh.headers), path: fresh.url ?? path, body };
}

/**
 * Header pairs with other values: each in the place and spelling of the first that has its name, repeats of
 * it gone; what was not there comes last.
 */
export function withHeaders(headers: HeaderPairs, changes: HeaderPairs): HeaderPairs {
  return changes.reduce<HeaderPairs>((before, change) => withHeader(before, change), headers);
}

function withHeader(headers: HeaderPairs, [name, value]: HeaderPair): HeaderPairs {
  const isIt = ([field]: HeaderPair) => field.toLowerCase() === name.toLowerCase();
  const place = headers.findIndex(isIt);
  if (place === -1) return [...headers, [name, value]];
  return headers.flatMap((pair, i) => (i === place ? [[pair[0], value] as const] : isIt(pair) ? [] : [pair]));
}

/** The request with another body, and the length that goes with it where one was given. */
export function withBody(request: SendableRequest, body: Uint8Array): SendableRequest {
  const { headers } = request;
  const hasLength = headerValue(headers, "content-length") !== undefined;
  const length: HeaderPairs = hasLength ? [["Content-Length", String(body.byteLength)]] : [];
  return { ...request, headers: withHeaders(headers, length), body };
}

/** What is new or different among header pairs, to be put on record. */
export function changedHeaders(before: HeaderPairs, after: HeaderPairs): HeaderPairs {
  return after.filter(([name, value]) => !headerValues(before, name).includes(value));
}

function signsNothing({ name }: Provider): AppError {
  return new AppError(`deliveries of ${name} carry no signature that could be made again`, {
    code: "E_NO_SIGNATURE",
    fault: "user",
    hint: "Leave --resign out; changes to the payload are sent with --no-resign.",
  });
}

function noSecret({ id, name }: Provider): AppError {
  return new AppError(`no signing secret for ${name} is known, so its delivery cannot be signed again`, {
    code: "E_NO_SECRET",
    fault: "user",
    hint: `Run "hookspool secret set ${id}", or send it with the old signature by --no-resign.`,
  });
}
