import { base62Id, hexId } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { eventOfName, hasHeaderLike, textAt } from "./_reading.ts";
import { retryPolicy, standardDelaysMs } from "./_retries.ts";
import { iso } from "./_times.ts";

/**
 * Not a provider but what many senders agree on, among them every customer of Svix: what is signed this way
 * and recognised as nobody else's is this one's.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const standardWebhooksProvider: Provider = {
  id: "standard-webhooks",
  name: "Standard Webhooks",
  sources: [
    {
      title: "Standard Webhooks 1.0.0",
      url: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    },
    {
      title: "Svix: Verifying webhooks manually",
      url: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
    },
  ],
  certainty: "specification",
  registration: { via: "settings", field: null, how: "Wherever the sender asks for it." },
  secretSource: "From the sender: whsec_… for v1, a public key whpk_… for v1a.",
  requestHeaders: ["webhook-id", "webhook-timestamp", "webhook-signature"],
  schemes: [
    {
      scheme: "standard-webhooks-v1",
      note: "The text after whsec_ is base64 and is decoded. Svix also sends svix-id, svix-timestamp and svix-signature.",
    },
    { scheme: "standard-webhooks-v1a", note: "Ed25519." },
  ],

  recognises({ headers }) {
    if (headers.has("svix-signature")) return "shared-header";
    if (/(^| )v1a?,/.test(headers.get("webhook-signature") ?? "")) return "shared-header";
    const hasEnvelope =
      hasHeaderLike(headers, "svix-") || (headers.has("webhook-id") && headers.has("webhook-timestamp"));
    return hasEnvelope || headers.has("webhook-signature") ? "envelope" : null;
  },
  identify({ headers, json }) {
    const eventName = textAt(json, "type");
    const delivery = headers.get("webhook-id") ?? headers.get("svix-id") ?? null;
    return {
      event: eventOfName(eventName),
      eventName,
      job: textAt(json, "data.id", "data.task_id", "id"),
      dedupeKey: delivery,
    };
  },

  events: [
    {
      name: "generation.completed",
      event: "completed",
      sample: ({ job, now, media }) => ({
        type: "generation.completed",
        timestamp: iso(now),
        data: { id: job, status: "completed", url: media.image },
      }),
    },
    {
      name: "generation.failed",
      event: "failed",
      sample: ({ job, now }) => ({
        type: "generation.failed",
        timestamp: iso(now),
        data: { id: job, status: "failed", error: "The model could not process this input" },
      }),
    },
    {
      name: "generation.processing",
      event: "processing",
      tellsPercent: true,
      sample: ({ job, now, percent }) => ({
        type: "generation.processing",
        timestamp: iso(now),
        data: { id: job, status: "processing", progress: percent },
      }),
    },
  ],
  newJob: (random) => hexId(random, 16),
  deliveryId: (_body, random) => `msg_${base62Id(random, 27)}`,

  retries: retryPolicy({
    delaysMs: standardDelaysMs,
    // 410 Gone asks the sender to stop sending to this endpoint.
    final: [410, 410],
    afterLast: "Left to the sender.",
    certainty: "documented",
  }),
  limits: { advisedMs: 15_000, timeoutMs: 15_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["Everything about the payload: the specification only recommends type, timestamp and data."],
  ourChoice: [
    "The events are made up in the recommended form.",
    "The timeout is 15 s, the shorter end of the recommended 15 to 30 s.",
  ],
};
