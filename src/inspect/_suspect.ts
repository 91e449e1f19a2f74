import type { HeaderPair } from "../core/headers.ts";
import type { Examination, SchemeParams, Secret, SignedRequest } from "../signing/_scheme.ts";
import { type SchemeChoice, schemeNamed } from "../signing/_schemes.ts";

/** A rejected delivery and whatever may help to say why. */
export interface Suspect {
  readonly request: SignedRequest;
  /** The scheme that it was checked by. */
  readonly choice: SchemeChoice;
  readonly secret: Secret;
  /** The other ways in which the same provider may sign. */
  readonly schemes?: readonly SchemeChoice[] | undefined;
  readonly otherSecrets?: readonly KnownSecret[] | undefined;
  /** How to call the provider; else the scheme's name stands in its place. */
  readonly providerName?: string | undefined;
}

/** A secret that is kept for somebody else. Only the name is ever said. */
export interface KnownSecret {
  readonly name: string;
  readonly secret: Secret;
}

/** One thing put right. */
interface Change {
  readonly request?: SignedRequest;
  readonly choice?: SchemeChoice;
  readonly secret?: Secret;
}

/** Whether the signature fits after the change, whatever its age. */
export function fits(suspect: Suspect, change: Change = {}): boolean {
  const { verification, timestamp } = examine(suspect, change);
  if (verification.reason !== "stale" || timestamp === null) return verification.verdict === "verified";
  const request = { ...(change.request ?? suspect.request), receivedAt: timestamp * 1000 };
  return examine(suspect, { ...change, request }).verification.verdict === "verified";
}

export function examine({ request, choice, secret }: Suspect, change: Change = {}): Examination {
  const { scheme, params } = change.choice ?? choice;
  return schemeNamed(scheme).examine(change.request ?? request, change.secret ?? secret, params);
}

export const nameOf = ({ providerName, choice }: Suspect): string => providerName ?? choice.scheme;

export function withParams({ choice }: Suspect, params: SchemeParams): Change {
  return { choice: { ...choice, params: { ...choice.params, ...params } } };
}

export function withHeader({ request }: Suspect, name: string, value: string): Change {
  const replace = ([field, old]: HeaderPair): HeaderPair =>
    field.toLowerCase() === name.toLowerCase() ? [field, value] : [field, old];
  return { request: { ...request, headers: request.headers.map(replace) } };
}

/** Puts another time wherever this one stands: in a header of its own or after `t=`. */
export function withTime({ request }: Suspect, from: number, to: number): Change {
  const replace = ([field, value]: HeaderPair): HeaderPair => {
    if (value === String(from)) return [field, String(to)];
    return [field, value.replace(new RegExp(`\\bt=${from}\\b`), `t=${to}`)];
  };
  return { request: { ...request, headers: request.headers.map(replace) } };
}

export function withBody({ request }: Suspect, body: Uint8Array): Change {
  return { request: { ...request, body } };
}
