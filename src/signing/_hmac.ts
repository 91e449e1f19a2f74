import { createHmac } from "node:crypto";
import { cannotSign } from "./_cannot-sign.ts";
import { isEqualText } from "./_equal-text.ts";
import type { HmacKey, KeyReading } from "./_hmac-keys.ts";
import type { Proof } from "./_proof.ts";
import type { Secret, SignedContent } from "./_scheme.ts";

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
      if (hmacKey === undefined) return { problem: "the secret is not a text that makes a key" };
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

interface HmacOptions {
  readonly encoding: "hex" | "base64";
  readonly key: KeyReading;
}

/** None of an empty key: anybody could sign with it. */
function hmacKeyOf(secret: Secret, key: KeyReading): HmacKey | undefined {
  if (typeof secret !== "string" && !(secret instanceof Uint8Array)) return undefined;
  const hmacKey: HmacKey =
    typeof secret === "string"
      ? key.read(secret)
      : { text: Buffer.from(secret).toString("latin1"), encoding: "latin1" };
  return hmacKey.text === "" ? undefined : hmacKey;
}
