import { base62Id } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { hasAll, hasHeaderLike, textAt, valueAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { isoSeconds } from "./_times.ts";

/** @see https://developer.ideogram.ai/ideogram-api/webhooks */
export const ideogramProvider: Provider = {
  id: "ideogram",
  name: "Ideogram",
  sources: [{ title: "Ideogram: Webhooks", url: "https://developer.ideogram.ai/ideogram-api/webhooks" }],
  certainty: "documented, read in part",
  registration: {
    via: "body",
    field: "webhook_url",
    how: 'Put "webhook_url" into the body of an asynchronous call, e.g. /v1/ideogram-v4/async/generate. HTTPS only.',
  },
  secretSource:
    "No shared secret: Ideogram signs with a private key, and its public keys are fetched when they are needed.",
  requestHeaders: [
    "X-Ideogram-Webhook-Generation-Id",
    "X-Ideogram-Webhook-User-Id",
    "X-Ideogram-Webhook-Timestamp",
    "X-Ideogram-Webhook-Key-Id",
    "X-Ideogram-Webhook-Signature",
  ],
  schemes: [
    {
      scheme: "ideogram-ed25519",
      jwksUrl: "https://api.ideogram.ai/v1/.well-known/jwks.json",
      note: "Only Ideogram can sign for its own keys: forge with a key of your own and serve its JWKS.",
    },
  ],

  recognises({ headers, json }) {
    if (hasHeaderLike(headers, "x-ideogram-webhook-")) return "own-header";
    return hasAll(json, "generation_id", "created") && Array.isArray(valueAt(json, "data")) ? "body" : null;
  },
  identify({ headers, json }) {
    const job = textAt(json, "generation_id") ?? headers.get("x-ideogram-webhook-generation-id") ?? null;
    const isFinished = Array.isArray(valueAt(json, "data"));
    return {
      event: isFinished ? "completed" : null,
      eventName: isFinished ? "finished" : null,
      job,
      dedupeKey: job,
    };
  },

  events: [
    {
      name: "finished",
      event: "completed",
      sample: ({ job, now, media }) => ({
        generation_id: job,
        created: isoSeconds(now),
        data: [
          {
            url: media.image,
            prompt: "A photo of a cat",
            resolution: "2048x2048",
            seed: 12345,
            is_image_safe: true,
          },
        ],
      }),
    },
    {
      name: "finished-unsafe",
      event: "completed",
      about: "an image that was held back: is_image_safe is false and its URL empty",
      sample: ({ job, now }) => ({
        generation_id: job,
        created: isoSeconds(now),
        data: [
          { url: "", prompt: "A photo of a cat", resolution: "2048x2048", seed: 12345, is_image_safe: false },
        ],
      }),
    },
  ],
  newJob: (random) => base62Id(random, 22),
  deliveryId: (body, random) => textAt(body, "generation_id") ?? base62Id(random, 22),

  retries: retryPolicy({
    delaysMs: seconds(0, 1, 5, 30, 120, 600),
    afterLast: "Delivery is not guaranteed; poll for what is missing.",
    certainty: "our choice",
  }),
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The number of retries (limited), the timeout and the maximum age of a signature (not read).",
    "The delivery of a failed generation.",
  ],
  ourChoice: [
    "5 retries after 1, 5, 30, 120 and 600 s, 10 s to answer.",
    "Signatures more than 300 s away in either direction are stale.",
  ],
};
