import { uuid, wordId } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { eventOfStatus, isOneOf, keyOf, textAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";
import { unixSeconds } from "./_times.ts";

/** @see https://docs.pollo.ai/webhooks */
export const polloProvider: Provider = {
  id: "pollo",
  name: "Pollo AI",
  sources: [{ title: "Pollo: Webhooks", url: "https://docs.pollo.ai/webhooks" }],
  certainty: "read in part",
  registration: {
    via: "body",
    field: "webhookUrl",
    how: 'Put "webhookUrl" next to input in the request body.',
  },
  secretSource: "No page that was read says where it is shown.",
  requestHeaders: ["X-Webhook-Id", "X-Webhook-Timestamp", "X-Webhook-Signature"],
  schemes: [],

  recognises({ headers, json }) {
    const ownBody = textAt(json, "taskId") !== null && isOneOf(json, "status", ["succeed", "failed"]);
    if (headers.has("x-webhook-id")) {
      if (ownBody) return "header-and-body";
      return headers.has("x-webhook-signature") ? "shared-header" : null;
    }
    return ownBody ? "body" : null;
  },
  identify({ headers, json }) {
    const job = textAt(json, "taskId");
    const status = textAt(json, "status");
    return {
      event: eventOfStatus(status),
      eventName: status,
      job,
      dedupeKey: headers.get("x-webhook-id") ?? keyOf(job, status),
    };
  },

  events: [
    { name: "succeed", event: "completed", sample: ({ job }) => ({ taskId: job, status: "succeed" }) },
    { name: "failed", event: "failed", sample: ({ job }) => ({ taskId: job, status: "failed" }) },
  ],
  newJob: (random) => `cm${wordId(random, 23)}`,
  deliveryId: (_body, random) => uuid(random),
  extraHeaders: ({ id, now }) => [
    ["X-Webhook-Id", id],
    ["X-Webhook-Timestamp", String(unixSeconds(now))],
  ],

  retries: unknownRetries,
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "Whether the base64 secret is decoded before it signs: X-Webhook-Signature is neither checked nor forged here.",
    "The maximum age of a signature, retries and timeout.",
  ],
  ourChoice: ["3 retries after 5, 30 and 120 s, 10 s to answer."],
};
