import { hexId } from "./_ids.ts";
import type { JsonObject, Provider, Received, SampleInput } from "./_provider.ts";
import { eventOfStatus, hasHeaderLike, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { iso } from "./_times.ts";

/**
 * The header names and the signed content are those of Standard Webhooks; the version, the encoding and the
 * key are not.
 *
 * @see WaveSpeedAI: How to Use Webhooks (registration, payload, retries, refund)
 * @see https://wavespeed.ai/docs/docs-api/verifying_webhook (headers, signing)
 */
export const wavespeedProvider: Provider = {
  id: "wavespeed",
  name: "WaveSpeedAI",
  sources: [
    { title: "WaveSpeedAI: How to Use Webhooks" },
    { title: "WaveSpeedAI: Webhooks (API documentation)" },
    {
      title: "WaveSpeedAI: Verifying webhooks",
      url: "https://wavespeed.ai/docs/docs-api/verifying_webhook",
    },
    {
      title: "WaveSpeedAI/wavespeed-python, src/wavespeed/api/client.py",
      url: "https://github.com/WaveSpeedAI/wavespeed-python",
    },
  ],
  certainty: "documented; retry delays open",
  registration: {
    via: "query",
    field: "webhook",
    how: "Add webhook=<url> to the task request: POST https://api.wavespeed.ai/api/v3/<model>?webhook=<url>. HTTPS only. Percent-encode a URL that has an & of its own.",
  },
  secretSource: "GET https://api.wavespeed.ai/api/v3/webhook/secret with the API key.",
  requestHeaders: ["webhook-id", "webhook-timestamp", "webhook-signature"],
  schemes: [
    {
      scheme: "wavespeed-v3",
      note: "The key is the secret without whsec_, as text: it looks like base64 and must not be decoded.",
    },
  ],

  recognises({ headers, json }) {
    const ownBody = /\bwavespeed\.ai\//.test(textAt(json, "urls.get") ?? "");
    if (ownBody) return hasHeaderLike(headers, "webhook-") ? "header-and-body" : "body";
    return headers.get("webhook-signature")?.startsWith("v3,") ? "shared-header" : null;
  },
  identify({ headers, json }: Received) {
    const job = textAt(json, "id") ?? headers.get("webhook-id") ?? null;
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: job };
  },

  events: [
    {
      name: "completed",
      event: "completed",
      sample: (input) => prediction(input, { status: "completed", outputs: [input.media.image], error: "" }),
    },
    {
      name: "failed",
      event: "failed",
      sample: (input) =>
        prediction(input, { status: "failed", outputs: [], error: "The model could not process this input" }),
    },
  ],
  newJob: (random) => hexId(random, 32),
  deliveryId: (body, random) => textAt(body, "id") ?? hexId(random, 32),

  retries: retryPolicy({
    delaysMs: seconds(0, 1, 2, 4),
    afterLast: "The task itself is marked failed, and its credits are refunded within 3 hours.",
    certainty: "in part",
  }),
  limits: { advisedMs: null, timeoutMs: 20 * 60_000 },
  sourceAddresses: [],
  resultLookup: "https://api.wavespeed.ai/api/v3/predictions/{job}/result",
  undocumented: [
    "Whether the 3 retries come on top of the first delivery.",
    "The delays between attempts, their factor and jitter (only: exponential backoff).",
    "Whether a retry is signed anew. With 20 minutes to answer and 300 s of signature age it has to be.",
    "Which answers are retried, and whether redirects are followed.",
    "Whether the ends cancelled and timeout of the polling API are delivered.",
    "The payload of a failed task.",
  ],
  ourChoice: [
    "4 deliveries in all, after 1, 2 and 4 s, without jitter.",
    "A retry has a new timestamp and signature and the same webhook-id, which is the task id.",
    "Everything but a 2xx is retried, and redirects are not followed.",
    "A failed task has an empty outputs list and an error text.",
  ],
};

interface Outcome {
  readonly status: string;
  readonly outputs: readonly string[];
  readonly error: string;
}

/** The members in the order of the page's example with real data. */
function prediction({ job, now }: SampleInput, { status, outputs, error }: Outcome): JsonObject {
  return {
    id: job,
    model: "wavespeed-ai/flux-dev",
    input: { prompt: "Octopus vs. crab chess game, underwater setting, vibrant colors" },
    outputs,
    urls: { get: `https://api.wavespeed.ai/api/v3/predictions/${job}/result` },
    has_nsfw_contents: outputs.map(() => false),
    status,
    // The provider writes nanoseconds, which date parsers that expect milliseconds stumble over.
    created_at: iso(now - EXECUTION_MS).replace("Z", "000000Z"),
    error,
    executionTime: EXECUTION_MS,
    timings: { inference: EXECUTION_MS },
  };
}

const EXECUTION_MS = 6710;
