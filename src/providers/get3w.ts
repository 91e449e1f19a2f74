import { wordId } from "./_ids.ts";
import type { JsonObject, Provider, SampleInput } from "./_provider.ts";
import { eventOfStatus, keyOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { iso } from "./_times.ts";

/**
 * @see Get3W: How to Use Webhooks (registration, payload, retries)
 * @see https://get3w.com/docs/api-reference/verify-webhooks (signing)
 */
export const get3wProvider: Provider = {
  id: "get3w",
  name: "Get3W",
  sources: [
    { title: "Get3W: How to Use Webhooks" },
    { title: "Get3W: Verify Webhooks", url: "https://get3w.com/docs/api-reference/verify-webhooks" },
  ],
  certainty: "documented",
  registration: {
    via: "body",
    field: "webhook_url",
    how: 'Put "webhook_url": "<url>" into the JSON body of the task: POST https://api.get3w.com/api/v3/get3w/flux-dev. HTTPS is recommended.',
  },
  secretSource: "Provided by Get3W when a webhook is configured; no page says where.",
  requestHeaders: ["X-Get3W-Signature"],
  schemes: [
    {
      scheme: "get3w-body",
      note: "There is no timestamp, so a repeated delivery cannot be told from a replay.",
    },
  ],

  recognises({ headers, json }) {
    if (headers.has("x-get3w-signature")) return "own-header";
    return textAt(json, "model")?.startsWith("get3w/") && textAt(json, "id") !== null ? "body" : null;
  },
  identify({ json }) {
    const job = textAt(json, "id");
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: keyOf(job, status) };
  },

  events: [
    {
      name: "completed",
      event: "completed",
      sample: (input) => ({
        ...prediction(input, "completed"),
        outputs: [input.media.image],
        timings: { inference: 2500 },
        ...times(input),
      }),
    },
    {
      name: "failed",
      event: "failed",
      sample: (input) => ({
        ...prediction(input, "failed"),
        outputs: [],
        error: "Unknown error",
        ...times(input),
      }),
    },
  ],
  newJob: (random) => `pred_${wordId(random, 12)}`,

  retries: retryPolicy({
    delaysMs: seconds(0, 10, 30, 60),
    afterLast: "The delivery is abandoned; the result stays available by polling.",
    certainty: "documented",
  }),
  limits: { advisedMs: null, timeoutMs: 30_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "What to deduplicate by.",
    "The payload of a failed prediction; the handlers read status and, where there is one, error.",
    "Whether a delay counts from the previous attempt or from the first.",
    "Whether a refused connection or a redirect counts as a failed attempt.",
  ],
  ourChoice: [
    "Duplicates have the same id and status.",
    "A failed prediction has an empty outputs list and an error text.",
    "A delay counts from the end of the previous attempt.",
    "A retry repeats body and signature, as nothing else is signed.",
    "A refused connection and a redirect are failed attempts.",
  ],
};

function prediction({ job }: SampleInput, status: string): JsonObject {
  return { id: job, model: "get3w/flux-dev", status };
}

function times({ now }: SampleInput): JsonObject {
  return { created_at: iso(now - 3000), completed_at: iso(now) };
}
