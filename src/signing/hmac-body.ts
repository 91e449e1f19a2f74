import { bodyAlone } from "./_content.ts";
import { labelled } from "./_envelopes.ts";
import { hmacSha256 } from "./_hmac.ts";
import { asText } from "./_hmac-keys.ts";
import type { Rules } from "./_rules.ts";
import { signatureScheme } from "./_signature-scheme.ts";

/** HMAC-SHA256 over the body, in lower-case hex. */
const rules = (headers: Rules["headers"], label = ""): Rules => ({
  headers,
  envelope: labelled(label),
  proof: hmacSha256({ encoding: "hex", key: asText }),
  content: bodyAlone,
});

const noTime = "no time is signed, so a replay cannot be told from the first delivery";

/** @see https://get3w.com/docs/api-reference/verify-webhooks */
export const get3wBodyScheme = signatureScheme(
  { name: "get3w-body", description: "HMAC-SHA256 of the body in hex", caveat: noTime },
  rules({ signature: "X-Get3W-Signature" }),
);

/** @see Wazza: Webhooks, the setup section, whose sample contradicts the security section's. */
export const wazzaBodyScheme = signatureScheme(
  { name: "wazza-body", description: "HMAC-SHA256 of the body in hex", caveat: noTime },
  rules({ signature: "x-wazza-signature" }),
);

/** @see https://github.com/black-forest-labs/skills, webhook-integration.md */
export const bflSha256Scheme = signatureScheme(
  { name: "bfl-sha256", description: 'HMAC-SHA256 of the body in hex after "sha256="', caveat: noTime },
  rules({ signature: "X-BFL-Signature" }, "sha256="),
);

/** @see https://docs.heygen.com/docs/using-heygens-webhook-events */
export const heygenLegacyScheme = signatureScheme(
  { name: "heygen-legacy", description: "HMAC-SHA256 of the body in hex", caveat: noTime },
  rules({ signature: "Signature" }),
);

/** @see https://developers.heygen.com/docs/webhooks */
export const heygenV3Scheme = signatureScheme(
  {
    name: "heygen-v3",
    description: "HMAC-SHA256 of the body in hex, beside an unsigned time and event id",
    caveat: "the time and the event id are not signed, so a replay may carry fresh ones",
    toleranceSeconds: 300,
  },
  rules({ id: "Heygen-Event-Id", timestamp: "Heygen-Timestamp", signature: "Heygen-Signature" }),
);
