import { createHmac, sign, timingSafeEqual, verify } from "node:crypto";
import { AppError } from "../core/errors.ts";
import { privateKeyOf, publicKeysOf } from "./_ed25519-keys.ts";
import type { Problem, Secret, SecretKind, SignedContent } from "./_scheme.ts";

/** The cryptographic part of a scheme: from signed content and a secret to signatures as text. */
export interface Proof {
  readonly secretKind: SecretKind;
  readonly secretUse: string;
  /** Whether a signature can be one at all, whatever its content. */
  isWellFormed(signature: string): boolean;
  prepare(content: SignedContent, secret: Secret, keyId: string | undefined): Check | Problem;
  /** @throws {AppError} the secret cannot sign. */
  sign(content: SignedContent, secret: Secret): string;
}

export interface Check {
  /** `null` where only the holder of the private key can make it. */
  readonly expected: string | null;
  fits(signature: string): boolean;
}

interface HmacOptions {
  readonly encoding: "hex" | "base64";
  readonly key: KeyReading;
}

/** How a text secret becomes an HMAC key. */
export interface KeyReading {
  readonly kind: "text" | "base64";
  readonly use: string;
  read(secret: string): HmacKey;
}

/** Kept in a string: Node 24 takes 10 µs longer over the same key in bytes. */
export interface HmacKey {
  readonly text: string;
  readonly encoding: "utf8" | "base64" | "latin1";
}

/** HMAC-SHA256. The text is compared, not what it decodes to: upper-case hex is another signature. */
export function hmacSha256({ encoding, key }: HmacOptions): Proof {
  const digest = (content: SignedContent, { text, encoding: keyEncoding }: HmacKey) => {
    const hmac = createHmac("sha256", text, { encoding: keyEncoding });
    for (const piece of content) hmac.update(piece);
    return hmac.digest(encoding);
  };
  return {
    secretKind: key.kind,
    secretUse: key.use,
    isWellFormed: () => true,
    prepare(content, secret) {
      const hmacKey = hmacKeyOf(secret, key);
      if (hmacKey === undefined) return { problem: "the secret is a public key, where a text is needed" };
      const expected = digest(content, hmacKey);
      return { expected, fits: (signature) => isEqualText(signature, expected) };
    },
    sign(content, secret) {
      const hmacKey = hmacKeyOf(secret, key);
      if (hmacKey === undefined) throw cannotSign("a text secret");
      return digest(content, hmacKey);
    },
  };
}

function hmacKeyOf(secret: Secret, key: KeyReading): HmacKey | undefined {
  if (typeof secret === "string") return key.read(secret);
  if (!(secret instanceof Uint8Array)) return undefined;
  return { text: Buffer.from(secret).toString("latin1"), encoding: "latin1" };
}

interface Ed25519Options {
  readonly encoding: "hex" | "base64" | "base64url";
  readonly secretKind: "jwks" | "public-key";
}

/** Ed25519. A key with an id is tried only where the delivery names none or this one. */
export function ed25519({ encoding, secretKind }: Ed25519Options): Proof {
  return {
    secretKind,
    secretUse: "as an Ed25519 public key",
    isWellFormed: (signature) => encoding !== "hex" || /^[0-9a-f]*$/i.test(signature),
    prepare(content, secret, keyId) {
      const known = publicKeysOf(secret);
      if (known === undefined) return { problem: "the secret is not an Ed25519 public key or a key set" };
      const keys = known.filter(({ id }) => keyId === undefined || id === undefined || id === keyId);
      if (keys.length === 0 && keyId !== undefined) return { problem: `the key set has no key "${keyId}"` };
      const message = Buffer.concat(content);
      return {
        expected: null,
        fits(signature) {
          const bytes = decode(signature, encoding);
          return bytes !== undefined && keys.some(({ key }) => verify(null, message, key, bytes));
        },
      };
    },
    sign(content, secret) {
      const key = privateKeyOf(secret);
      if (key === undefined) throw cannotSign("an Ed25519 private key");
      return sign(null, Buffer.concat(content), key).toString(encoding);
    },
  };
}

/**
 * Only the one spelling of these bytes counts, padding and the case of hex aside: Node's decoder ignores
 * spare bits and foreign characters, and so takes many texts for one signature.
 */
function decode(text: string, encoding: Ed25519Options["encoding"]): Uint8Array | undefined {
  const bytes = Buffer.from(text, encoding);
  const spelling = (value: string) =>
    encoding === "hex" ? value.toLowerCase() : value.replace(/={1,2}$/, "");
  return spelling(bytes.toString(encoding)) === spelling(text) ? bytes : undefined;
}

/** In constant time for texts of equal length; timingSafeEqual throws on others. */
export function isEqualText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

export function cannotSign(needed: string): AppError {
  return new AppError(`signing needs ${needed}`, {
    code: "E_CANNOT_SIGN",
    fault: "user",
    hint: 'Store one with "hookspool secret set", or send the delivery with --unsigned.',
  });
}
