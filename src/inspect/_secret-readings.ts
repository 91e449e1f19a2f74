interface SecretReading {
  readonly secret: string | Uint8Array;
  /** To stand after "when the secret". */
  readonly how: string;
  /** Where the secret is stored wrongly, and not used wrongly. */
  readonly remedy?: string;
}

/** The ways in which a secret is commonly mistaken. Bytes among them are the key itself. */
export function secretReadings(secret: string): readonly SecretReading[] {
  const bare = secret.replace(/^whsec_/, "");
  const unquoted = secret.replace(/^(["'])(.*)\1$/s, "$2");
  const candidates: readonly SecretReading[] = [
    { secret: secret.trim(), how: "loses the whitespace around it", remedy: "store it again without" },
    { secret: unquoted, how: "loses the quotes around it", remedy: "store it again without" },
    { secret: Buffer.from(bare, "base64"), how: "is base64-decoded" },
    {
      secret: Buffer.from(secret),
      how: bare === secret ? "is taken as text" : "is taken as text, with whsec_",
    },
    { secret: Buffer.from(bare), how: "is taken as text, without whsec_" },
    { secret: `whsec_${bare}`, how: "gets whsec_ before it", remedy: "store it again with this prefix" },
    { secret: Buffer.from(bare, "hex"), how: "is hex-decoded" },
  ];
  return candidates.filter((candidate) => candidate.secret !== secret && candidate.secret.length > 0);
}
