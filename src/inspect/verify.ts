import { AppError } from "../core/errors.ts";
import type { HeaderPair, HeaderPairs } from "../core/headers.ts";
import { type Verification, verified } from "../core/verdict.ts";
import type { Examination, SchemeParams, Secret, SignedRequest } from "../signing/_scheme.ts";
import { findScheme, type SchemeChoice, schemeNamed } from "../signing/_schemes.ts";
import type { KnownSecret } from "./_suspect.ts";
import { explainRejection } from "./explain.ts";

/** The verdict that counts, with the choice that it was reached by. */
export interface DeliveryExamination extends Examination {
  readonly choice: SchemeChoice;
}

interface SchemesToTry {
  readonly request: SignedRequest;
  /** The ways in which the provider may have signed, the likeliest first; none says that it signs nothing. */
  readonly schemes: readonly SchemeChoice[];
  readonly secret: Secret | null;
}

/** Tries every scheme whose fields are there: one that fits counts, else the first of them. */
export function examineDelivery({ request, schemes, secret }: SchemesToTry): DeliveryExamination {
  const choices = schemes.length > 0 ? schemes : [{ scheme: "unsigned" } as const];
  const examined = choices.map((choice) => ({
    choice,
    ...schemeNamed(choice.scheme).examine(request, secret, choice.params),
  }));
  const fitting = examined.find(({ verification }) => verification.verdict === "verified");
  if (fitting !== undefined && choices.length > 1) return saying(fitting, `as ${fitting.choice.scheme}`);
  const best = fitting ?? examined.find(({ complete }) => complete) ?? examined[0];
  return best as DeliveryExamination;
}

const saying = (examination: DeliveryExamination, how: string): DeliveryExamination => ({
  ...examination,
  verification: verified(`${how}: ${examination.verification.explanation}`),
});

interface DeliveryToVerify extends SchemesToTry {
  /** Tried only to explain a rejection. */
  readonly otherSecrets?: readonly KnownSecret[];
  readonly providerName?: string | undefined;
}

/** The verdict on a delivery; a rejection says its likely cause. */
export function verifyDelivery(delivery: DeliveryToVerify): Verification {
  const { request, schemes, secret, otherSecrets, providerName } = delivery;
  const { verification, choice } = examineDelivery(delivery);
  if (verification.verdict !== "rejected" || secret === null) return verification;
  const suspect = { request, choice, schemes, secret, otherSecrets, providerName };
  return { ...verification, explanation: explainRejection(suspect)?.explanation ?? verification.explanation };
}

/** As a library's user writes a signature's check. */
export interface VerifyInput {
  /** One of the two at least; with both, the scheme as this provider uses it. */
  readonly scheme?: string | undefined;
  readonly provider?: string | undefined;
  /** `null` where it is not known. */
  readonly secret: Secret | null | undefined;
  readonly headers: HeadersInput;
  /** A string is UTF-8. */
  readonly body: Uint8Array | string;
  readonly url?: string | undefined;
  readonly params?: SchemeParams | undefined;
  /** Milliseconds since the epoch, or a Date. */
  readonly now: number | Date;
}

/** Pairs, a fetch `Headers`, or an object as Node's `request.headers`. */
export type HeadersInput =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is known of a provider's signatures; `undefined` where nobody knows the provider. */
export type SchemesOfProvider = (provider: string) => readonly SchemeChoice[] | undefined;

/** @throws {AppError} there is no such scheme or provider, or `now` is no time. */
export function verifySignature(input: VerifyInput, schemesOf: SchemesOfProvider): Verification {
  const receivedAt = Number(input.now);
  if (!Number.isFinite(receivedAt))
    throw badInput("now is not a time", "Give milliseconds since the epoch, or a Date.");
  return verifyDelivery({
    request: { headers: headerPairs(input.headers), body: bytesOf(input.body), url: input.url, receivedAt },
    schemes: chooseSchemes(input, schemesOf),
    secret: input.secret ?? null,
    providerName: input.provider,
  });
}

interface SchemeRequest {
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

export function headerPairs(headers: HeadersInput): HeaderPairs {
  if (isIterable(headers)) return [...headers];
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((single): HeaderPair => [name, single]),
  );
}

const isIterable = (headers: HeadersInput): headers is Iterable<HeaderPair> => Symbol.iterator in headers;

const bytesOf = (body: Uint8Array | string) => (typeof body === "string" ? Buffer.from(body) : body);

const badInput = (message: string, hint: string) =>
  new AppError(message, { code: "E_BAD_INPUT", fault: "user", hint });
