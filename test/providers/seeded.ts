import { createHash } from "node:crypto";
import type { RandomBytes } from "../../src/providers/_ids.ts";
import type { SecretKind } from "../../src/signing/_scheme.ts";

/** Bytes that look random and are the same for the same seed. */
export function seededRandom(seed: string | number): RandomBytes {
  let calls = 0;
  return (size) => {
    const blocks: Buffer[] = [];
    for (let bytes = 0; bytes < size; bytes += 32) {
      blocks.push(createHash("sha256").update(`${seed}/${calls++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, size);
  };
}

/** A secret of a scheme's kind that both signs and verifies; `null` where there is none. */
export function secretOf(kind: SecretKind, random: RandomBytes): string | null {
  const base64 = Buffer.from(random(32)).toString("base64");
  switch (kind) {
    case "text":
      return Buffer.from(random(16)).toString("hex");
    case "base64":
      return `whsec_${base64}`;
    case "none":
      return null;
    default:
      return `seed:${base64}`;
  }
}
