import { createHash } from "node:crypto";
import { timestampAndBody, wireBytes } from "./_content.ts";
import { ed25519 } from "./_ed25519.ts";
import { labelled } from "./_envelopes.ts";
import type { Fields } from "./_rules.ts";
import type { SignedContent } from "./_scheme.ts";
import { signatureScheme } from "./_signature-scheme.ts";

/** Four lines: id, user, timestamp, SHA-256 of the body in lower-case hex. */
const linesWithBodyHash = ({ id, user, timestamp }: Fields, body: Uint8Array): SignedContent => [
  wireBytes([id, user, timestamp, createHash("sha256").update(body).digest("hex")].join("\n")),
];

/** @see https://docs.fal.ai/model-endpoints/webhooks */
export const falEd25519Scheme = signatureScheme(
  {
    name: "fal-ed25519",
    description: "Ed25519 over request id, user id, timestamp and the body's SHA-256, a line each, in hex",
    toleranceSeconds: 300,
  },
  {
    headers: {
      id: "X-Fal-Webhook-Request-Id",
      user: "X-Fal-Webhook-User-Id",
      timestamp: "X-Fal-Webhook-Timestamp",
      signature: "X-Fal-Webhook-Signature",
    },
    envelope: labelled(""),
    proof: ed25519({ encoding: "hex", secretKind: "jwks" }),
    content: linesWithBodyHash,
  },
);

/**
 * fal's construction under other names; the key id is a hint, every key is tried. The age allowed is not
 * documented.
 *
 * @see https://developer.ideogram.ai/ideogram-api/webhooks
 */
export const ideogramEd25519Scheme = signatureScheme(
  {
    name: "ideogram-ed25519",
    description: "Ed25519 over generation id, user id, timestamp and the body's SHA-256, a line each, in hex",
    toleranceSeconds: 300,
  },
  {
    headers: {
      id: "X-Ideogram-Webhook-Generation-Id",
      user: "X-Ideogram-Webhook-User-Id",
      timestamp: "X-Ideogram-Webhook-Timestamp",
      keyIdHint: "X-Ideogram-Webhook-Key-Id",
      signature: "X-Ideogram-Webhook-Signature",
    },
    envelope: labelled(""),
    proof: ed25519({ encoding: "hex", secretKind: "jwks" }),
    content: linesWithBodyHash,
  },
);

/** @see https://atlascloud.ai/docs/webhooks */
export const atlascloudEd25519Scheme = signatureScheme(
  {
    name: "atlascloud-ed25519",
    description: "Ed25519 over {X-AtlasCloud-Webhook-Timestamp}.{body} in base64url",
    caveat: "X-AtlasCloud-Webhook-Id is not signed; compare it with session_id in the body",
    toleranceSeconds: 300,
  },
  {
    headers: {
      id: "X-AtlasCloud-Webhook-Id",
      timestamp: "X-AtlasCloud-Webhook-Timestamp",
      keyId: "X-AtlasCloud-Webhook-Key-Id",
      signature: "X-AtlasCloud-Webhook-Signature-Ed25519",
    },
    envelope: labelled(""),
    proof: ed25519({ encoding: "base64url", secretKind: "jwks" }),
    content: timestampAndBody,
  },
);
