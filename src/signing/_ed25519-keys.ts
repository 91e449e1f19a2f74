import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import type { JsonWebKeySet, Secret } from "./_scheme.ts";

export interface PublicKey {
  readonly id: string | undefined;
  readonly key: KeyObject;
}

/** The Ed25519 keys of a secret, other kinds of key passed over; `undefined` where it holds no keys at all. */
export function publicKeysOf(secret: Secret): readonly PublicKey[] | undefined {
  if (secret instanceof Uint8Array) return undefined;
  if (typeof secret !== "string") return keysOf(secret).flatMap(fromJwk);
  if (secret.startsWith("whpk_")) return publicKey(Buffer.from(secret.slice(5), "base64"));
  const seed = seedOf(secret);
  if (seed !== undefined) return [{ id: undefined, key: createPublicKey(privateKeyFromSeed(seed)) }];
  const parsed = parseKeys(secret);
  return parsed && publicKeysOf(parsed);
}

/** `undefined` where the secret has no private half. */
export function privateKeyOf(secret: Secret): KeyObject | undefined {
  if (secret instanceof Uint8Array) return undefined;
  if (typeof secret === "string") {
    const seed = seedOf(secret);
    if (seed !== undefined) return privateKeyFromSeed(seed);
    const parsed = parseKeys(secret);
    return parsed && privateKeyOf(parsed);
  }
  const jwk = keysOf(secret).find(isPrivate);
  return jwk && privateKeyFromSeed(Buffer.from(jwk.d, "base64url"));
}

/** The id that a private key was given; `undefined` where it has none. */
export function keyIdOf(secret: Secret): string | undefined {
  if (secret instanceof Uint8Array) return undefined;
  if (typeof secret !== "string") return idOf(keysOf(secret).find(isPrivate));
  const parsed = parseKeys(secret);
  return parsed && keyIdOf(parsed);
}

/** What a sender publishes for its receivers: the public halves alone. */
export function publicKeySet(secret: Secret): JsonWebKeySet {
  return {
    keys: (publicKeysOf(secret) ?? []).map(({ id, key }) => ({
      ...key.export({ format: "jwk" }),
      use: "sig",
      ...(id === undefined ? {} : { kid: id }),
    })),
  };
}

function keysOf(secret: JsonWebKeySet | JsonWebKey): readonly JsonWebKey[] {
  const keys: readonly unknown[] = "keys" in secret && Array.isArray(secret.keys) ? secret.keys : [secret];
  return keys.filter((key): key is JsonWebKey => typeof key === "object" && key !== null);
}

/** Padding in `x`, which some key sets have, is passed over in decoding. */
function fromJwk(jwk: JsonWebKey): PublicKey[] {
  if (jwk.kty !== "OKP" || jwk.crv !== "Ed25519" || typeof jwk.x !== "string") return [];
  return publicKey(Buffer.from(jwk.x, "base64url"), idOf(jwk));
}

function publicKey(bytes: Uint8Array, id?: string): PublicKey[] {
  if (bytes.length !== 32) return [];
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(bytes).toString("base64url") };
  return [{ id, key: createPublicKey({ key: jwk, format: "jwk" }) }];
}

const idOf = (jwk: JsonWebKey | undefined) => (typeof jwk?.kid === "string" ? jwk.kid : undefined);

const isPrivate = (jwk: JsonWebKey): jwk is JsonWebKey & { d: string } =>
  jwk.crv === "Ed25519" && typeof jwk.d === "string" && Buffer.from(jwk.d, "base64url").length === 32;

/** `whsk_` is Svix's form, the seed followed by the public key. */
function seedOf(secret: string): Uint8Array | undefined {
  const encoded = /^(?:whsk_|seed:)(.*)$/.exec(secret)?.[1];
  const seed = encoded === undefined ? undefined : Buffer.from(encoded, "base64").subarray(0, 32);
  return seed?.length === 32 ? seed : undefined;
}

/** Node takes a bare seed only inside PKCS #8; this is all that stands before it (RFC 8410). */
const PKCS8_BEFORE_SEED = Buffer.from("302e020100300506032b657004220420", "hex");

function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_BEFORE_SEED, seed]), format: "der", type: "pkcs8" });
}

function parseKeys(secret: string): JsonWebKeySet | JsonWebKey | undefined {
  try {
    const parsed: unknown = JSON.parse(secret);
    return typeof parsed === "object" && parsed !== null ? (parsed as JsonWebKeySet | JsonWebKey) : undefined;
  } catch {
    return undefined;
  }
}
