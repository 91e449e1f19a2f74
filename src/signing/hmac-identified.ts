import { type HeaderPairs, headerValue } from "../core/headers.ts";
import { idTimestampAndBody } from "./_content.ts";
import { ed25519 } from "./_ed25519.ts";
import { type Envelope, labelled, versionList } from "./_envelopes.ts";
import { hmacSha256 } from "./_hmac.ts";
import { asBase64AfterPrefix, asBase64IfPrefixed, asText, asTextAfterPrefix } from "./_hmac-keys.ts";
import type { Proof } from "./_proof.ts";
import type { Rules } from "./_rules.ts";
import type { SchemeParams } from "./_scheme.ts";
import { signatureScheme } from "./_signature-scheme.ts";

/** Everything here signs `{id}.{timestamp}.{body}`, under the same three header names. */
const rules = (proof: Proof, envelope: Envelope, prefix = "webhook"): Rules => ({
  headers: { id: `${prefix}-id`, timestamp: `${prefix}-timestamp`, signature: `${prefix}-signature` },
  envelope,
  proof,
  content: idTimestampAndBody,
});

/**
 * Looks like Standard Webhooks and differs in version, encoding and key.
 *
 * @see https://wavespeed.ai/docs/docs-api/verifying_webhook
 */
export const wavespeedV3Scheme = signatureScheme(
  {
    name: "wavespeed-v3",
    description: 'HMAC-SHA256 of {webhook-id}.{webhook-timestamp}.{body} in hex after "v3,"',
    toleranceSeconds: 300,
  },
  rules(hmacSha256({ encoding: "hex", key: asTextAfterPrefix }), labelled("v3,")),
);

/**
 * The version of an entry is that of the secret, so any version counts. The age allowed is not documented.
 *
 * @see https://docs.freepik.com/webhooks
 */
export const freepikScheme = signatureScheme(
  {
    name: "freepik",
    description:
      'HMAC-SHA256 of {webhook-id}.{webhook-timestamp}.{body} in base64 after "v1," or any version',
    toleranceSeconds: 300,
  },
  rules(
    hmacSha256({ encoding: "base64", key: asText }),
    versionList({ writes: "v1", isVersion: (version) => /^v\d+$/.test(version) }),
  ),
);

/** Svix sends the same under its own names, unless its customer wants the standard's. */
const underBothNames = (proof: Proof, envelope: Envelope) => ({
  webhook: rules(proof, envelope, "webhook"),
  svix: rules(proof, envelope, "svix"),
});

const standardDialect = underBothNames(
  hmacSha256({ encoding: "base64", key: asBase64AfterPrefix }),
  versionList({ writes: "v1" }),
);

const openaiDialect = underBothNames(
  hmacSha256({ encoding: "base64", key: asBase64IfPrefixed }),
  versionList({ writes: "v1", unlabelled: true }),
);

const asymmetric = underBothNames(
  ed25519({ encoding: "base64", secretKind: "public-key" }),
  versionList({ writes: "v1a" }),
);

/**
 * Parameters: `headers` is `webhook` or `svix` and fixes the names, of which otherwise the ones at hand are
 * read; `dialect: openai` does as OpenAI's libraries do with a secret or an entry that has no prefix.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooksV1Scheme = signatureScheme(
  {
    name: "standard-webhooks-v1",
    description: 'HMAC-SHA256 of {webhook-id}.{webhook-timestamp}.{body} in base64 after "v1,"',
    toleranceSeconds: 300,
  },
  (params, headers) => {
    const dialect = params.dialect === "openai" ? openaiDialect : standardDialect;
    return dialect[headerPrefix(params, headers)];
  },
);

/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const standardWebhooksV1aScheme = signatureScheme(
  {
    name: "standard-webhooks-v1a",
    description: 'Ed25519 over {webhook-id}.{webhook-timestamp}.{body} in base64 after "v1a,"',
    toleranceSeconds: 300,
  },
  (params, headers) => asymmetric[headerPrefix(params, headers)],
);

function headerPrefix(params: SchemeParams, headers: HeaderPairs): "webhook" | "svix" {
  if (params.headers !== undefined) return params.headers === "svix" ? "svix" : "webhook";
  if (headerValue(headers, "webhook-signature") !== undefined) return "webhook";
  return headers.some(([name]) => /^svix-/i.test(name)) ? "svix" : "webhook";
}
