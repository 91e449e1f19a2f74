import { base62Id, wordId } from "./_ids.ts";
import type { Json, JsonObject, Provider, SampleInput } from "./_provider.ts";
import { eventOfStatus, hasAll, hasHeaderLike, keyOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { iso } from "./_times.ts";

/**
 * @see https://replicate.com/docs/topics/webhooks/receive-webhook (events, payload, retries)
 * @see https://replicate.com/docs/topics/webhooks/verify-webhook (signing)
 */
export const replicateProvider: Provider = {
  id: "replicate",
  name: "Replicate",
  sources: [
    {
      title: "Replicate: Receive webhooks",
      url: "https://replicate.com/docs/topics/webhooks/receive-webhook",
    },
    { title: "Replicate: Verify webhooks", url: "https://replicate.com/docs/topics/webhooks/verify-webhook" },
    {
      title: "replicate/replicate-python, replicate/webhook.py",
      url: "https://github.com/replicate/replicate-python",
    },
  ],
  certainty: "documented",
  registration: {
    via: "body",
    field: "webhook",
    how: 'Put "webhook": "<url>" and "webhook_events_filter": [start, output, logs, completed] into the prediction. Without the filter: new outputs and the end.',
  },
  secretSource: "GET https://api.replicate.com/v1/webhooks/default/secret with the API token.",
  requestHeaders: ["webhook-id", "webhook-timestamp", "webhook-signature"],
  schemes: [{ scheme: "standard-webhooks-v1" }],

  recognises({ headers, json }) {
    const ownBody =
      hasAll(json, "version", "input", "status") && (hasAll(json, "urls") || hasAll(json, "metrics"));
    if (!ownBody) return null;
    return hasHeaderLike(headers, "webhook-") ? "header-and-body" : "body";
  },
  identify({ headers, json }) {
    const job = textAt(json, "id");
    const status = textAt(json, "status");
    return {
      event: eventOfStatus(status),
      eventName: status,
      job,
      dedupeKey: headers.get("webhook-id") ?? keyOf(job, status),
    };
  },

  events: [
    {
      name: "start",
      event: "processing",
      sample: (input) => prediction(input, { status: "starting" }),
    },
    {
      name: "logs",
      event: "processing",
      sample: (input) => prediction(input, { status: "processing", logs: logsOf(input) }),
    },
    {
      name: "output",
      event: "processing",
      sample: (input) =>
        prediction(input, { status: "processing", output: [input.media.image], logs: logsOf(input) }),
    },
    {
      name: "completed",
      event: "completed",
      sample: (input) =>
        prediction(input, {
          status: "succeeded",
          output: [input.media.image],
          logs: logsOf({ ...input, percent: 100 }),
        }),
    },
    {
      name: "failed",
      event: "failed",
      about: "completed with the status failed",
      sample: (input) => prediction(input, { status: "failed", error: "The model ran out of memory" }),
    },
    {
      name: "canceled",
      event: "failed",
      about: "completed with the status canceled",
      sample: (input) => prediction(input, { status: "canceled" }),
    },
  ],
  newJob: (random) => wordId(random, 26),
  deliveryId: (_body, random) => `msg_${base62Id(random, 27)}`,

  retries: retryPolicy({
    delaysMs: seconds(0, 2, 4, 8, 16, 32),
    retried: "end-states",
    afterLast: "Undocumented.",
    certainty: "in part",
  }),
  limits: { advisedMs: 5_000, timeoutMs: 5_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The delays: several retries with exponential backoff, the last about a minute after the end.",
    "The time to answer: within a few seconds.",
    "A maximum age of the signature: the official libraries check none by default.",
  ],
  ourChoice: [
    "Retries after 2, 4, 8, 16 and 32 s.",
    "5 s to answer.",
    "Signatures older than 300 s are stale.",
    "The event's name is neither in the body nor in a header, so the status stands for it.",
  ],
};

const ended: readonly Json[] = ["succeeded", "failed", "canceled"];

function prediction({ job, now }: SampleInput, state: JsonObject & { readonly status: string }): JsonObject {
  const isEnded = ended.includes(state.status);
  return {
    id: job,
    version: "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
    created_at: iso(now - 3000),
    started_at: state.status === "starting" ? null : iso(now - 2500),
    completed_at: isEnded ? iso(now) : null,
    input: { prompt: "Octopus vs. crab chess game" },
    output: null,
    error: null,
    logs: null,
    metrics: isEnded ? { predict_time: 2.5 } : {},
    ...state,
  };
}

function logsOf({ percent }: SampleInput): string {
  return `Using seed: 42\n${percent}%|${"█".repeat(Math.round(percent / 10))}| ${Math.round(percent / 2)}/50\n`;
}
