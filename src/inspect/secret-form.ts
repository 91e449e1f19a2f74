import type { Provider } from "../providers/_provider.ts";
import { publicKeysOf } from "../signing/_ed25519-keys.ts";
import type { SecretKind } from "../signing/_scheme.ts";
import { schemeNamed } from "../signing/_schemes.ts";

/**
 * What looks wrong about a secret before anything is signed with it, as sentences in which nothing of it
 * stands. One of the provider's schemes has to be able to use it.
 */
export function secretConcerns({ name, schemes }: Provider, secret: string): string[] {
  const kinds = schemes.map(({ scheme }) => schemeNamed(scheme).secretKind).filter((kind) => kind !== "none");
  if (kinds.length === 0) return [`Nothing that ${name} sends can be checked with a secret.`];
  const concerns: string[] = [];
  if (secret.trim() !== secret) concerns.push("There is whitespace around it, which is kept.");
  if (/^(["']).*\1$/s.test(secret.trim())) concerns.push("There are quotes around it, which are kept.");
  if (!kinds.some((kind) => suits[kind](secret)))
    concerns.push(`${name} uses ${wanted[kinds[0] ?? "text"]}.`);
  return concerns;
}

const isBase64Key = (text: string) =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;

/** A key set's own text may have any whitespace around it. */
const holdsKeys = (secret: string) => (publicKeysOf(secret.trim())?.length ?? 0) > 0;

const suits: Readonly<Record<SecretKind, (secret: string) => boolean>> = {
  text: () => true,
  base64: (secret) => isBase64Key(secret.trim().replace(/^whsec_/, "")),
  "public-key": holdsKeys,
  jwks: holdsKeys,
  none: () => false,
};

const wanted: Readonly<Record<SecretKind, string>> = {
  text: "a text",
  base64: "base64, usually after whsec_",
  "public-key": "a public key (whpk_…)",
  jwks: "a JSON Web Key Set with an Ed25519 key",
  none: "none",
};
