import { uuid, wordId } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { eventOfName, hasAll, hasHeaderLike, keyOf, textAt } from "./_reading.ts";
import { minutes, retryPolicy } from "./_retries.ts";
import { isoSeconds, unixSeconds } from "./_times.ts";

/** @see https://docs.deapi.ai/execution-modes-and-integrations/webhooks; numbers from its n8n node's notes */
export const deapiProvider: Provider = {
  id: "deapi",
  name: "deAPI",
  sources: [
    { title: "deAPI: Webhooks", url: "https://docs.deapi.ai/execution-modes-and-integrations/webhooks" },
  ],
  certainty: "documented; numbers from a third party",
  registration: {
    via: "body",
    field: "webhook_url",
    how: 'Put "webhook_url" into the request, or set one URL for the account. HTTPS only.',
  },
  secretSource: "No page that was read says where it is shown.",
  requestHeaders: ["X-DeAPI-Signature", "X-DeAPI-Timestamp", "X-DeAPI-Event", "X-DeAPI-Delivery-Id"],
  schemes: [{ scheme: "deapi" }],

  recognises({ headers, json }) {
    if (hasHeaderLike(headers, "x-deapi-")) return "own-header";
    return hasAll(json, "event", "delivery_id", "data.job_request_id") ? "body" : null;
  },
  identify({ headers, json }) {
    const eventName = textAt(json, "event") ?? headers.get("x-deapi-event") ?? null;
    const job = textAt(json, "data.job_request_id");
    return {
      event: eventOfName(eventName),
      eventName,
      job,
      dedupeKey: headers.get("x-deapi-delivery-id") ?? textAt(json, "delivery_id") ?? keyOf(job, eventName),
    };
  },

  events: [
    event("job.completed", "completed", ({ now, media }) => ({
      status: "done",
      previous_status: "processing",
      job_type: "txt2img",
      result_url: media.image,
      completed_at: isoSeconds(now),
      processing_time_ms: 1234,
    })),
    event("job.failed", "failed", () => ({
      status: "error",
      previous_status: "processing",
      job_type: "txt2img",
      error_code: "ERR_001",
      error_message: "Error details",
    })),
    event("job.processing", "processing", () => ({
      status: "processing",
      previous_status: "pending",
      job_type: "txt2img",
    })),
  ],
  newJob: (random) => `req_${wordId(random, 12)}`,
  deliveryId: (body, random) => textAt(body, "delivery_id") ?? uuid(random),
  extraHeaders({ body, id }) {
    const event = textAt(body, "event");
    return [
      ["User-Agent", "DeAPI-Webhook/1.0"],
      ...(event === null ? [] : [["X-DeAPI-Event", event] as const]),
      ["X-DeAPI-Delivery-Id", id],
    ];
  },

  retries: retryPolicy({
    delaysMs: minutes(0, 1, 5, 15, 30, 60, 120, 240, 480, 489),
    afterLast: "Undocumented.",
    certainty: "in part",
  }),
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["The delays: exponential backoff, 10 attempts over about 24 hours."],
  ourChoice: ["Delays from 1 min to 489 min, 24 hours in all."],
};

function event(
  name: string,
  kind: ProviderEvent["event"],
  data: (input: SampleInput) => JsonObject,
): ProviderEvent {
  return {
    name,
    event: kind,
    sample: (input) => ({
      event: name,
      delivery_id: uuid(input.random),
      timestamp: unixSeconds(input.now),
      data: { job_request_id: input.job, ...data(input) },
    }),
  };
}
