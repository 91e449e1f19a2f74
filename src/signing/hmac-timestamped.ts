import { timestampAndBody } from "./_content.ts";
import { type Envelope, labelled, timedPairs } from "./_envelopes.ts";
import { hmacSha256 } from "./_hmac.ts";
import { asText } from "./_hmac-keys.ts";
import type { Rules } from "./_rules.ts";
import { signatureScheme } from "./_signature-scheme.ts";

/** HMAC-SHA256 over `{timestamp}.{body}`, in lower-case hex. */
const rules = (headers: Rules["headers"], envelope: Envelope): Rules => ({
  headers,
  envelope,
  proof: hmacSha256({ encoding: "hex", key: asText }),
  content: timestampAndBody,
});

/** @see Wazza: Webhooks, "Security" */
export const wazzaTimestampedScheme = signatureScheme(
  {
    name: "wazza-timestamped",
    description: "HMAC-SHA256 of {x-wazza-timestamp}.{body} in hex",
    toleranceSeconds: 300,
  },
  rules({ timestamp: "x-wazza-timestamp", signature: "x-wazza-signature" }, labelled("")),
);

/** @see https://docs.deapi.ai/execution-modes-and-integrations/webhooks */
export const deapiScheme = signatureScheme(
  {
    name: "deapi",
    description: 'HMAC-SHA256 of {X-DeAPI-Timestamp}.{body} in hex after "sha256="',
    toleranceSeconds: 300,
  },
  rules({ timestamp: "X-DeAPI-Timestamp", signature: "X-DeAPI-Signature" }, labelled("sha256=")),
);

/** @see https://docs.magichour.ai/integration/webhook/secure-handler */
export const magicHourScheme = signatureScheme(
  {
    name: "magic-hour",
    description: "HMAC-SHA256 of {magic-hour-event-timestamp}.{body} in hex",
    toleranceSeconds: 300,
  },
  rules({ timestamp: "magic-hour-event-timestamp", signature: "magic-hour-event-signature" }, labelled("")),
);

/**
 * Any of several `v0=` counts: the documentation's sample takes the first, the Python library the last.
 *
 * @see https://elevenlabs.io/docs/eleven-api/resources/webhooks
 */
export const elevenlabsV0Scheme = signatureScheme(
  {
    name: "elevenlabs-v0",
    description: "HMAC-SHA256 of {t}.{body} in hex, as t={t},v0={hex}",
    toleranceSeconds: 1800,
    limitsFuture: false,
  },
  rules({ signature: "ElevenLabs-Signature" }, timedPairs("v0")),
);

/** @see https://docs.mux.com/docs/webhook-security */
export const muxV1Scheme = signatureScheme(
  {
    name: "mux-v1",
    description: "HMAC-SHA256 of {t}.{body} in hex, as t={t},v1={hex}",
    toleranceSeconds: 300,
    limitsFuture: false,
  },
  rules({ signature: "Mux-Signature" }, timedPairs("v1")),
);

/**
 * Neither the age allowed nor the unit of `t` is documented.
 *
 * @see https://docs.sync.so/api-reference/guides/webhooks
 */
export const syncV1Scheme = signatureScheme(
  {
    name: "sync-v1",
    description: "HMAC-SHA256 of {t}.{body} in hex, as t={t},v1={hex}",
    caveat: "no age limit is documented, so an old delivery passes",
  },
  rules({ signature: "Sync-Signature" }, timedPairs("v1")),
);
