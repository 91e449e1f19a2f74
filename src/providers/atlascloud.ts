import { uuid } from "./_ids.ts";
import type { JsonObject, Provider } from "./_provider.ts";
import { eventOfStatus, hasAll, hasHeaderLike, textAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";

/** @see https://atlascloud.ai/docs/webhooks; the signature is from public receivers that cite it */
export const atlascloudProvider: Provider = {
  id: "atlascloud",
  name: "Atlas Cloud",
  sources: [{ title: "Atlas Cloud: Webhooks", url: "https://atlascloud.ai/docs/webhooks" }],
  certainty: "documented in part; signing from public receivers",
  registration: { via: "body", field: "webhook_url", how: 'Put "webhook_url" into the body of the task.' },
  secretSource:
    "No shared secret: Atlas Cloud signs with a private key, and its public keys are fetched when they are needed.",
  requestHeaders: [
    "X-AtlasCloud-Webhook-Id",
    "X-AtlasCloud-Webhook-Event",
    "X-AtlasCloud-Webhook-Timestamp",
    "X-AtlasCloud-Webhook-Key-Id",
    "X-AtlasCloud-Webhook-Signature-Ed25519",
  ],
  schemes: [
    {
      scheme: "atlascloud-ed25519",
      jwksUrl: "https://api.atlascloud.ai/api/v1/webhooks/jwks.json",
      note: "The id is not signed. A bare X-AtlasCloud-Webhook-Signature is a legacy HMAC.",
    },
  ],

  recognises({ headers, json }) {
    if (hasHeaderLike(headers, "x-atlascloud-webhook-")) return "own-header";
    return hasAll(json, "session_id") && textAt(json, "event_type")?.endsWith(".task.terminal")
      ? "body"
      : null;
  },
  identify({ headers, json }) {
    const job = textAt(json, "session_id") ?? headers.get("x-atlascloud-webhook-id") ?? null;
    // A task can have failed, timed out or been cancelled under an outer status of OK.
    const outer = eventOfStatus(textAt(json, "status"));
    const inner = eventOfStatus(textAt(json, "payload.status"));
    return {
      event: outer === "failed" ? outer : (inner ?? outer),
      eventName: textAt(json, "event_type") ?? headers.get("x-atlascloud-webhook-event") ?? null,
      job,
      dedupeKey: job,
    };
  },

  events: [
    {
      name: "video.task.terminal",
      event: "completed",
      sample: ({ job, media }) => ended(job, "video", { status: "completed", outputs: [media.video] }),
    },
    {
      name: "image.task.terminal",
      event: "completed",
      sample: ({ job, media }) => ended(job, "image", { status: "completed", outputs: [media.image] }),
    },
    {
      name: "audio.task.terminal",
      event: "completed",
      sample: ({ job, media }) => ended(job, "audio", { status: "completed", outputs: [media.audio] }),
    },
    {
      name: "video.task.terminal-error",
      event: "failed",
      sample: ({ job }) => ({
        ...ended(job, "video", { status: "timeout" }),
        status: "ERROR",
        error: "timeout",
      }),
    },
    {
      name: "video.task.terminal-failed",
      event: "failed",
      about: "failed inside, under an outer status of OK",
      sample: ({ job }) => ended(job, "video", { status: "failed" }),
    },
  ],
  newJob: uuid,
  deliveryId: (body, random) => textAt(body, "session_id") ?? uuid(random),
  extraHeaders({ body }) {
    const event = textAt(body, "event_type");
    return event === null ? [] : [["X-AtlasCloud-Webhook-Event", event]];
  },

  retries: unknownRetries,
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["Retries and timeout (not read).", "Whether header names without -Webhook occur as well."],
  ourChoice: ["3 retries after 5, 30 and 120 s, 10 s to answer."],
};

function ended(job: string, kind: "video" | "image" | "audio", payload: JsonObject): JsonObject {
  return { session_id: job, event_type: `${kind}.task.terminal`, status: "OK", payload };
}
