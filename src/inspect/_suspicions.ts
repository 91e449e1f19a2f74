import { headerValue } from "../core/headers.ts";
import { schemeNamed, signingSchemes } from "../signing/_schemes.ts";
import { bodySpellings } from "./_body-spellings.ts";
import { secretReadings } from "./_secret-readings.ts";
import { signatureSpellings } from "./_signature-spellings.ts";
import {
  examine,
  fits,
  nameOf,
  type Suspect,
  withBody,
  withHeader,
  withParams,
  withTime,
} from "./_suspect.ts";

/** Answers with a sentence where it is right. */
type Suspicion = (suspect: Suspect) => string | undefined;

/** In the order in which they are tried: what costs least and misleads least first. */
export const suspicions = {
  timeUnit,
  age,
  scheme,
  secret,
  otherSecret,
  signatureSpelling,
  bodySpelling,
  tokenForm,
  tokenPlace,
} as const satisfies Record<string, Suspicion>;

function timeUnit(suspect: Suspect) {
  const { timestamp } = examine(suspect);
  if (timestamp === null) return undefined;
  const counts = `${nameOf(suspect)} counts seconds`;
  if (timestamp < FIRST_MILLISECONDS) {
    const isSignedOverMilliseconds = fits(suspect, withTime(suspect, timestamp, timestamp * 1000));
    return isSignedOverMilliseconds
      ? `the signature was made over the time in milliseconds, and the header says seconds; ${counts}`
      : undefined;
  }
  if (fits(suspect)) return `the timestamp is in milliseconds, and ${counts}; the signature itself fits`;
  return fits(suspect, withTime(suspect, timestamp, Math.floor(timestamp / 1000)))
    ? `the timestamp came in milliseconds, and the signature was made over seconds; ${counts}`
    : undefined;
}

/** In seconds this is the year 5138, in milliseconds March 1973. */
const FIRST_MILLISECONDS = 100_000_000_000;

function age(suspect: Suspect) {
  const { verification } = examine(suspect);
  if (verification.reason !== "stale" || !fits(suspect)) return undefined;
  return `${verification.explanation}; the signature itself fits, so this is a replay, or a clock is wrong`;
}

function scheme(suspect: Suspect) {
  const expected = suspect.choice.scheme;
  const all = [...(suspect.schemes ?? []), ...signingSchemes.map(({ name }) => ({ scheme: name }))];
  const other = all.find((choice) => choice.scheme !== expected && fits(suspect, { choice }))?.scheme;
  return other && `the signature fits as ${other} (${schemeNamed(other).description}), not as ${expected}`;
}

function secret(suspect: Suspect) {
  if (typeof suspect.secret !== "string") return undefined;
  const reading = secretReadings(suspect.secret).find((candidate) =>
    fits(suspect, { secret: candidate.secret }),
  );
  if (reading === undefined) return undefined;
  const use = `${nameOf(suspect)} uses it ${schemeNamed(suspect.choice.scheme).secretUse}`;
  return `the signature fits this body when the secret ${reading.how}; ${reading.remedy ?? use}`;
}

function otherSecret(suspect: Suspect) {
  const other = suspect.otherSecrets?.find((known) => fits(suspect, { secret: known.secret }));
  return other && `the signature fits with the secret that is stored for ${other.name}`;
}

function signatureSpelling(suspect: Suspect) {
  const { signatureHeader } = examine(suspect);
  if (signatureHeader === null) return undefined;
  const value = headerValue(suspect.request.headers, signatureHeader) ?? "";
  const spelling = signatureSpellings(value).find((candidate) =>
    fits(suspect, withHeader(suspect, signatureHeader, candidate.value)),
  );
  return spelling && `${signatureHeader} fits once it is written ${spelling.how}`;
}

function bodySpelling(suspect: Suspect) {
  for (const { how, body } of bodySpellings(suspect.request.body))
    if (fits(suspect, withBody(suspect, body)))
      return `the signature fits the body ${how}, not the bytes that arrived; what is signed and what is sent have to be the same bytes`;
  return undefined;
}

function tokenForm(suspect: Suspect) {
  if (!isToken(suspect)) return undefined;
  const { prefix = "" } = suspect.choice.params ?? {};
  const other = ["", prefix.toLowerCase(), "Bearer "].find(
    (candidate) => candidate !== prefix && fits(suspect, withParams(suspect, { prefix: candidate })),
  );
  if (other !== undefined)
    return `the secret came ${other === "" ? `without "${prefix}"` : `after "${other}", not after "${prefix}"`}`;
  const url = suspect.request.url?.replaceAll("+", "%2B");
  return fits(suspect, { request: { ...suspect.request, url } })
    ? "the token came with a bare plus sign, which is a space in a query; the URL has to say %2B"
    : undefined;
}

function tokenPlace(suspect: Suspect) {
  if (!isToken(suspect)) return undefined;
  const { headers, url = "" } = suspect.request;
  const parameters = [...new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]).keys()];
  const param = parameters.find((name) => fits(suspect, withParams(suspect, { param: name })));
  if (param !== undefined)
    return `the secret came in the query parameter "${param}", not in the one expected`;
  const header = headers.find(([name]) => fits(suspect, withParams(suspect, { header: name })))?.[0];
  return header && `the secret came in the header ${header}, not in the one expected`;
}

const isToken = (suspect: Suspect) => examine(suspect).signatureHeader === null;
