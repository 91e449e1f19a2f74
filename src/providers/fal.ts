import { uuid } from "./_ids.ts";
import type { JsonObject, Provider } from "./_provider.ts";
import { eventOfStatus, hasAll, hasHeaderLike, isOneOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";

/**
 * @see https://docs.fal.ai/model-endpoints/webhooks
 * @see https://github.com/fal-ai/fal projects/fal_client/src/fal_client/client.py (registration)
 */
export const falProvider: Provider = {
  id: "fal",
  name: "fal.ai",
  sources: [
    { title: "fal: Webhooks", url: "https://docs.fal.ai/model-endpoints/webhooks" },
    { title: "fal-ai/fal, fal_client/client.py", url: "https://github.com/fal-ai/fal" },
  ],
  certainty: "documented; the retries have changed",
  registration: {
    via: "query",
    field: "fal_webhook",
    how: "Add fal_webhook=<url, percent-encoded> to the queue request: POST https://queue.fal.run/<model>?fal_webhook=<url>.",
  },
  secretSource:
    "No shared secret: fal signs with a private key, and its public keys are fetched when they are needed.",
  requestHeaders: [
    "X-Fal-Webhook-Request-Id",
    "X-Fal-Webhook-User-Id",
    "X-Fal-Webhook-Timestamp",
    "X-Fal-Webhook-Signature",
  ],
  schemes: [
    {
      scheme: "fal-ed25519",
      jwksUrl: "https://rest.alpha.fal.ai/.well-known/jwks.json",
      note: "Only fal can sign for its own keys: forge with a key of your own and serve its JWKS.",
    },
  ],

  recognises({ headers, json }) {
    if (hasHeaderLike(headers, "x-fal-webhook-")) return "own-header";
    return hasAll(json, "request_id", "gateway_request_id") && isOneOf(json, "status", ["OK", "ERROR"])
      ? "body"
      : null;
  },
  identify({ headers, json }) {
    const job = textAt(json, "request_id") ?? headers.get("x-fal-webhook-request-id") ?? null;
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: job };
  },

  events: [
    {
      name: "OK",
      event: "completed",
      sample: ({ job, media }) =>
        answer(job, "OK", {
          payload: {
            images: [
              {
                url: media.image,
                content_type: "image/png",
                file_name: "image.png",
                file_size: 1824075,
                width: 1024,
                height: 1024,
              },
            ],
            seed: 1966191880,
          },
        }),
    },
    {
      name: "ERROR",
      event: "failed",
      sample: ({ job }) =>
        answer(job, "ERROR", {
          error: "Invalid status code: 422",
          payload: {
            detail: [{ loc: ["body", "prompt"], msg: "field required", type: "value_error.missing" }],
          },
        }),
    },
    {
      name: "OK-payload-error",
      event: "completed",
      about: "finished, but the result could not be written as JSON",
      sample: ({ job }) =>
        answer(job, "OK", {
          payload: null,
          payload_error:
            "Response payload is not JSON serializable. Either return a JSON serializable object or use the queue endpoint to retrieve the response.",
        }),
    },
  ],
  newJob: uuid,
  deliveryId: (body, random) => textAt(body, "request_id") ?? uuid(random),

  retries: retryPolicy({
    delaysMs: seconds(0, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560),
    afterLast: "Undocumented.",
    certainty: "in part",
  }),
  limits: { advisedMs: null, timeoutMs: 15_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The delays between the 10 retries in the span of 2 hours; a newer edition is said to have other numbers.",
    "What to deduplicate by.",
  ],
  ourChoice: [
    "10 retries after 5 s and then twice as long each time, 85 minutes in all.",
    "Duplicates have the same request_id.",
  ],
};

function answer(job: string, status: "OK" | "ERROR", rest: JsonObject): JsonObject {
  return { request_id: job, gateway_request_id: job, status, ...rest };
}
