import { headerValues } from "../core/headers.ts";
import { rejected, undecided, type Verification, verified } from "../core/verdict.ts";
import type { Check } from "./_proof.ts";
import { type Reading, readRequest } from "./_read.ts";
import type { FieldHeaders, Rules, RulesFor } from "./_rules.ts";
import {
  type Examination,
  isProblem,
  type Problem,
  type Secret,
  type SignedRequest,
  type SigningScheme,
} from "./_scheme.ts";
import { describeSeconds } from "./_seconds.ts";
import { signatureHeaders } from "./_write.ts";

/** What is said of a scheme in every case. */
interface About<Name extends string> {
  readonly name: Name;
  readonly description: string;
  /** Said of a signature that fits, where it covers less than one would think. */
  readonly caveat?: string;
  /** No limit where absent. */
  readonly toleranceSeconds?: number;
  /** Whether a time in the future is limited too. */
  readonly limitsFuture?: boolean;
}

/** Makes a scheme of its rules. */
export function signatureScheme<const Name extends string>(
  { name, description, caveat, toleranceSeconds, limitsFuture = true }: About<Name>,
  rules: Rules | RulesFor,
): SigningScheme<Name> {
  const rulesFor: RulesFor = typeof rules === "function" ? rules : () => rules;
  const { secretKind, secretUse } = rulesFor({}, []).proof;
  const limit = { toleranceSeconds: toleranceSeconds ?? Number.POSITIVE_INFINITY, limitsFuture };
  const fits = verified(caveat === undefined ? "the signature fits" : `the signature fits; ${caveat}`);

  const decide = (reading: Reading, check: Check | Problem | undefined, receivedAt: number) => {
    if (check === undefined) return noSecret;
    const late = staleness(reading.timestamp, receivedAt, limit);
    if (late !== undefined) return rejected("stale", late);
    if (isProblem(check)) return rejected("mismatch", check.problem);
    return reading.signatures.some(check.fits) ? fits : mismatch;
  };

  return {
    name,
    description,
    toleranceSeconds: toleranceSeconds ?? null,
    secretKind,
    secretUse,
    examine(request, secret, params = {}): Examination {
      const chosen = rulesFor(params, request.headers);
      const { headers, envelope, proof } = chosen;
      const reading = readRequest(chosen, request);
      if ("fault" in reading) return unread(headers, request, hasSecret(secret) ? reading.fault : noSecret);

      const { timestamp } = reading;
      const check = hasSecret(secret) ? proof.prepare(reading.content, secret, reading.keyId) : undefined;
      const expected = check === undefined || isProblem(check) ? null : check.expected;
      return {
        verification: decide(reading, check, request.receivedAt),
        complete: true,
        signed: reading.content,
        signatureHeader: headers.signature,
        expected: expected === null ? null : envelope.write(expected, timestamp ?? ""),
        received: reading.received,
        timestamp: timestamp === undefined ? null : Number(timestamp),
      };
    },
    sign: (inputs) => ({
      headers: signatureHeaders(rulesFor(inputs.params ?? {}, inputs.previous ?? []), inputs),
      url: inputs.url,
    }),
  };
}

const noSecret = undecided("no secret is known, so the signature was not checked");
const mismatch = rejected("mismatch", "the signature was made for another body, time or secret");

/** An empty secret is none: anybody can sign with it. */
const hasSecret = (secret: Secret | null): secret is Secret => secret !== null && secret !== "";

function unread(names: FieldHeaders, { headers }: SignedRequest, verification: Verification): Examination {
  return {
    verification,
    complete: false,
    signed: null,
    signatureHeader: names.signature,
    expected: null,
    received: headerValues(headers, names.signature).join(", ") || null,
    timestamp: null,
  };
}

interface Limit {
  readonly toleranceSeconds: number;
  readonly limitsFuture: boolean;
}

/** Compares whole seconds, as receivers do, so that a limit of N seconds lets exactly N pass. */
function staleness(
  timestamp: string | undefined,
  receivedAt: number,
  { toleranceSeconds, limitsFuture }: Limit,
) {
  if (timestamp === undefined) return undefined;
  const age = Math.floor(receivedAt / 1000) - Number(timestamp);
  if (age > toleranceSeconds)
    return `signed ${describeSeconds(age)} before it arrived${limitOf(toleranceSeconds)}`;
  if (limitsFuture && -age > toleranceSeconds)
    return `its timestamp lies ${describeSeconds(age)} after its arrival${limitOf(toleranceSeconds)}`;
  return undefined;
}

const limitOf = (seconds: number) => `; the limit is ${describeSeconds(seconds)}`;
