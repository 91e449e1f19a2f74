import { uuid } from "./_ids.ts";
import type { JsonObject, Provider } from "./_provider.ts";
import { eventOfStatus, hasHeaderLike, isOneOf, keyOf, textAt, valueAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";

/** @see https://docs.meshy.ai/en/api/webhooks; header and body are from logged deliveries */
export const meshyProvider: Provider = {
  id: "meshy",
  name: "Meshy",
  sources: [{ title: "Meshy: Webhooks", url: "https://docs.meshy.ai/en/api/webhooks" }],
  certainty: "documented in part; header from real deliveries",
  registration: {
    via: "settings",
    field: null,
    how: "On the API settings page, at most 5 active webhooks; every task update goes to each. HTTPS only.",
  },
  secretSource: "No page that was read says where it is shown.",
  requestHeaders: ["x-meshy-api-webhook-secret-key", "x-meshy-api-webhook-user-id"],
  schemes: [{ scheme: "shared-header", params: { header: "x-meshy-api-webhook-secret-key" } }],

  recognises({ headers, json }) {
    if (hasHeaderLike(headers, "x-meshy-api-webhook-")) return "own-header";
    const isTask = typeof valueAt(json, "progress") === "number" && isOneOf(json, "status", statuses);
    return isTask && typeof valueAt(json, "model_urls") === "object" ? "body" : null;
  },
  identify({ json }) {
    const job = textAt(json, "id");
    const status = textAt(json, "status");
    return {
      event: eventOfStatus(status),
      eventName: status,
      job,
      dedupeKey: keyOf(job, status, textAt(json, "progress")),
    };
  },

  events: [
    {
      name: "SUCCEEDED",
      event: "completed",
      sample: ({ job, media }) => task(job, "SUCCEEDED", 100, { glb: media.model }, media.image),
    },
    { name: "FAILED", event: "failed", sample: ({ job }) => task(job, "FAILED", 0) },
    { name: "PENDING", event: "processing", sample: ({ job }) => task(job, "PENDING", 0) },
    {
      name: "IN_PROGRESS",
      event: "processing",
      tellsPercent: true,
      sample: ({ job, percent }) => task(job, "IN_PROGRESS", percent),
    },
  ],
  newJob: uuid,

  // Redirects count as received too: any status below 400.
  retries: {
    ...unknownRetries,
    success: [200, 399],
    afterLast: "Repeated failures delay updates and can disable the webhook.",
  },
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "How a delivery is authenticated: logged deliveries carry the secret in a header.",
    "Retry schedule and timeout (not read).",
  ],
  ourChoice: [
    "3 retries after 5, 30 and 120 s, 10 s to answer.",
    "Duplicates have the same id, status and progress.",
  ],
};

const statuses: readonly string[] = ["PENDING", "IN_PROGRESS", "SUCCEEDED", "FAILED"];

function task(
  id: string,
  status: string,
  progress: number,
  modelUrls: JsonObject = {},
  thumbnail = "",
): JsonObject {
  return { id, status, progress, model_urls: modelUrls, thumbnail_url: thumbnail };
}
