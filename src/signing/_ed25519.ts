import { sign, verify } from "node:crypto";
import { cannotSign } from "./_cannot-sign.ts";
import { privateKeyOf, publicKeysOf } from "./_ed25519-keys.ts";
import type { Proof } from "./_proof.ts";

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

interface Ed25519Options {
  readonly encoding: "hex" | "base64" | "base64url";
  readonly secretKind: "jwks" | "public-key";
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
