import { AppError } from "../core/errors.ts";
import { type HeaderPair, type HeaderPairs, headerValues } from "../core/headers.ts";
import { rejected, undecided, type Verification, verified } from "../core/verdict.ts";
import { keyIdOf } from "./_ed25519-keys.ts";
import type { Envelope } from "./_envelopes.ts";
import type { Proof } from "./_proof.ts";
import {
  type Examination,
  isProblem,
  type Problem,
  type SchemeParams,
  type Secret,
  type SignedContent,
  type SignedRequest,
  type SignInputs,
  type SigningScheme,
} from "./_scheme.ts";
import { describeSeconds } from "./_seconds.ts";

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

/** How one scheme reads and writes a delivery. */
export interface Rules {
  readonly headers: FieldHeaders;
  readonly envelope: Envelope;
  readonly proof: Proof;
  content(fields: Fields, body: Uint8Array): SignedContent | Problem;
}

/** The headers that have to be there, in the provider's spelling. */
interface FieldHeaders {
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

type RulesFor = (params: SchemeParams, headers: HeaderPairs) => Rules;

/** Makes a scheme of its rules; of several sets of rules where parameters or the headers at hand choose one. */
export function signatureScheme<const Name extends string>(
  { name, description, caveat, toleranceSeconds, limitsFuture = true }: About<Name>,
  rules: Rules | RulesFor,
): SigningScheme<Name> {
  const rulesFor: RulesFor = typeof rules === "function" ? rules : () => rules;
  const { secretKind, secretUse } = rulesFor({}, []).proof;
  const limit = { toleranceSeconds: toleranceSeconds ?? null, limitsFuture };

  return {
    name,
    description,
    toleranceSeconds: limit.toleranceSeconds,
    secretKind,
    secretUse,
    examine(request, secret, params = {}) {
      const chosen = rulesFor(params, request.headers);
      const reading = read(chosen, request);
      if ("fault" in reading) return unread(chosen, request, secret === null ? noSecret : reading.fault);

      const { signatures, content, timestamp, keyId } = reading;
      const check = hasSecret(secret) ? chosen.proof.prepare(content, secret, keyId) : undefined;
      const expected = check === undefined || isProblem(check) ? null : check.expected;
      const decide = (): Verification => {
        if (check === undefined) return noSecret;
        const late = timestamp === null ? undefined : staleness(timestamp, request.receivedAt, limit);
        if (late !== undefined) return rejected("stale", late);
        if (isProblem(check)) return rejected("mismatch", check.problem);
        if (signatures.some((signature) => check.fits(signature)))
          return verified(caveat === undefined ? "the signature fits" : `the signature fits; ${caveat}`);
        return rejected("mismatch", "the signature fits another body, time or secret, not these");
      };
      return {
        verification: decide(),
        complete: true,
        signed: content,
        signatureHeader: chosen.headers.signature,
        expected: expected === null ? null : chosen.envelope.write(expected, String(timestamp)),
        received: reading.received,
        timestamp,
      };
    },
    sign: (inputs) => ({
      headers: signedHeaders(name, rulesFor(inputs.params ?? {}, []), inputs),
      url: inputs.url,
    }),
  };
}

const noSecret = undecided("no secret is known, so the signature was not checked");

/** An empty secret is none: anybody can sign with it. */
const hasSecret = (secret: Secret | null): secret is Secret => secret !== null && secret !== "";

interface Reading {
  readonly signatures: readonly string[];
  readonly content: SignedContent;
  readonly timestamp: number | null;
  readonly keyId: string | undefined;
  readonly received: string;
}

function read(
  { headers, envelope, proof, content }: Rules,
  request: SignedRequest,
): Reading | { fault: Verification } {
  const values: Record<string, string> = {};
  for (const field of ["id", "user", "timestamp", "keyId"] as const) {
    const header = headers[field];
    if (header === undefined) continue;
    const [value, ...more] = headerValues(request.headers, header);
    if (!value) return { fault: rejected("missing", absence(header, value)) };
    if (more.length > 0) return { fault: malformed(`${header} is given ${more.length + 1} times`) };
    values[field] = value;
  }
  const carried = headerValues(request.headers, headers.signature);
  const present = carried.filter((value) => value !== "");
  if (present.length === 0) return { fault: rejected("missing", absence(headers.signature, carried[0])) };

  const contents = envelope.read(present, headers.signature);
  if (isProblem(contents)) return { fault: malformed(contents.problem) };
  const { id = "", user = "", timestamp = contents.timestamp } = values;
  if (timestamp !== undefined && !/^\d+$/.test(timestamp))
    return { fault: malformed("the timestamp is not a whole number of seconds") };
  if (!contents.signatures.every(proof.isWellFormed))
    return { fault: malformed(`${headers.signature} is not hex`) };

  const signed = content({ id, user, timestamp: timestamp ?? "" }, request.body);
  if (isProblem(signed)) return { fault: malformed(signed.problem) };
  return {
    signatures: contents.signatures,
    content: signed,
    timestamp: timestamp === undefined ? null : Number(timestamp),
    keyId: values.keyId,
    received: present.join(", "),
  };
}

const malformed = (explanation: string) => rejected("malformed", explanation);

const absence = (header: string, value: string | undefined) =>
  value === undefined ? `there is no ${header} header` : `the ${header} header is empty`;

function unread(rules: Rules, { headers }: SignedRequest, verification: Verification): Examination {
  const signatureHeader = rules.headers.signature;
  const carried = headerValues(headers, signatureHeader);
  return {
    verification,
    complete: false,
    signed: null,
    signatureHeader,
    expected: null,
    received: carried.length > 0 ? carried.join(", ") : null,
    timestamp: null,
  };
}

interface Limit {
  readonly toleranceSeconds: number | null;
  readonly limitsFuture: boolean;
}

/** Compares whole seconds, as receivers do, so that a limit of N seconds lets exactly N pass. */
function staleness(timestamp: number, receivedAt: number, { toleranceSeconds, limitsFuture }: Limit) {
  if (toleranceSeconds === null) return undefined;
  const age = Math.floor(receivedAt / 1000) - timestamp;
  if (age > toleranceSeconds)
    return `signed ${describeSeconds(age)} before it arrived${limitOf(toleranceSeconds)}`;
  if (limitsFuture && -age > toleranceSeconds)
    return `its timestamp lies ${describeSeconds(age)} after its arrival${limitOf(toleranceSeconds)}`;
  return undefined;
}

const limitOf = (seconds: number) => `; the limit is ${describeSeconds(seconds)}`;

/** The headers in the order id, user, time, key, signature. */
function signedHeaders(
  scheme: string,
  { headers, envelope, proof, content }: Rules,
  inputs: SignInputs,
): HeaderPair[] {
  const { secret, body, params = {}, timestamp: seconds } = inputs;
  if (!hasSecret(secret)) throw signingInput(scheme, "a secret");
  if (headers.id !== undefined && !inputs.id) throw signingInput(scheme, "the delivery's id");
  const timestamp = String(Math.trunc(seconds));
  const fields = { id: inputs.id ?? "", user: params.user ?? "local", timestamp };
  const signed = content(fields, body);
  if (isProblem(signed)) throw signingInput(scheme, `another body: ${signed.problem}`);
  const keyId = params.kid ?? keyIdOf(secret) ?? "local";
  const values: readonly (readonly [string | undefined, string])[] = [
    [headers.id, fields.id],
    [headers.user, fields.user],
    [headers.timestamp, timestamp],
    [headers.keyId ?? headers.keyIdHint, keyId],
    [headers.signature, envelope.write(proof.sign(signed, secret), timestamp)],
  ];
  return values.flatMap(([header, value]) => (header === undefined ? [] : [[header, value] as const]));
}

function signingInput(scheme: string, what: string): AppError {
  return new AppError(`signing as ${scheme} needs ${what}`, {
    code: "E_CANNOT_SIGN",
    fault: "user",
    hint: "Give it, or leave the delivery unsigned.",
  });
}
