import type { HeaderPair, HeaderPairs } from "../core/headers.ts";
import { undecided, type Verification, verified } from "../core/verdict.ts";
import type { Examination, Secret, SignedRequest } from "../signing/_scheme.ts";
import { type SchemeChoice, schemeNamed } from "../signing/_schemes.ts";
import {
  badInput,
  bytesOf,
  chooseSchemes,
  type SchemeRequest,
  type SchemesOfProvider,
} from "./_scheme-choice.ts";
import type { KnownSecret } from "./_suspect.ts";
import { explainRejection } from "./explain.ts";

export { chooseSchemes };

/** The verdict that counts, with the choice that it was reached by. */
export interface DeliveryExamination extends Examination {
  readonly choice: SchemeChoice;
}

interface SchemesToTry {
  readonly request: SignedRequest;
  /** The ways in which the provider may have signed, the likeliest first; none where nobody knows. */
  readonly schemes: readonly SchemeChoice[];
  readonly secret: Secret | null;
}

/** The first scheme that fits counts, else the first that can be read, else the first that is malformed. */
export function examineDelivery({ request, schemes, secret }: SchemesToTry): DeliveryExamination {
  if (schemes.length === 0) return unknownScheme;
  const examined = schemes.map((choice) => ({
    choice,
    ...schemeNamed(choice.scheme).examine(request, secret, choice.params),
  }));
  const fitting = examined.find(({ verification }) => verification.verdict === "verified");
  if (fitting !== undefined && schemes.length > 1) return saying(fitting, `as ${fitting.choice.scheme}`);
  const isMalformed = ({ verification }: Examination) => verification.reason === "malformed";
  const best =
    fitting ?? examined.find(({ complete }) => complete) ?? examined.find(isMalformed) ?? examined[0];
  return best as DeliveryExamination;
}

const unknownScheme: DeliveryExamination = {
  ...schemeNamed("unsigned").examine({ headers: [], body: new Uint8Array(), receivedAt: 0 }, null),
  choice: { scheme: "unsigned" },
  verification: undecided("how this provider signs is not known well enough to check it"),
};

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
export interface VerifyInput extends SchemeRequest {
  /** `null` where it is not known. */
  readonly secret: Secret | null | undefined;
  readonly headers: HeadersInput;
  /** A string is UTF-8. */
  readonly body: Uint8Array | string;
  readonly url?: string | undefined;
  /** Milliseconds since the epoch, or a Date. */
  readonly now: number | Date;
}

/** Pairs, a fetch `Headers`, or an object as Node's `request.headers`. */
export type HeadersInput =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

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

export function headerPairs(headers: HeadersInput): HeaderPairs {
  if (isIterable(headers)) return [...headers];
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((single): HeaderPair => [name, single]),
  );
}

const isIterable = (headers: HeadersInput): headers is Iterable<HeaderPair> => Symbol.iterator in headers;
