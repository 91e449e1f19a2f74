import { wordId } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { eventOfName, isOneOf, keyOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { isoSeconds } from "./_times.ts";

/**
 * The page has two signing samples that contradict each other; both are schemes here.
 *
 * @see Wazza: Webhooks
 */
export const wazzaProvider: Provider = {
  id: "wazza",
  name: "Wazza",
  sources: [{ title: "Wazza: Webhooks" }],
  certainty: "documented; two signing samples contradict each other",
  registration: {
    via: "body",
    field: "webhookUrl",
    how: 'Put "webhookUrl" and "webhookEvents" into the generate call, or register once: POST https://api.wazza.ai/v1/webhooks with url, events and secret. HTTPS only.',
  },
  secretSource: "Chosen by you when the webhook is registered (the field secret).",
  requestHeaders: ["x-wazza-signature", "x-wazza-timestamp"],
  schemes: [
    {
      scheme: "wazza-timestamped",
      note: "From the page's security section; taken when x-wazza-timestamp is there.",
    },
    { scheme: "wazza-body", note: "From the page's setup section; taken when x-wazza-timestamp is absent." },
  ],

  recognises({ headers, json }) {
    if (headers.has("x-wazza-signature") || headers.has("x-wazza-timestamp")) return "own-header";
    return isOneOf(json, "event", eventNames) && textAt(json, "jobId") !== null ? "body" : null;
  },
  identify({ json }) {
    const job = textAt(json, "jobId");
    const eventName = textAt(json, "event");
    const event = eventOfName(eventName);
    // The page deduplicates by jobId alone, which takes the result for a duplicate of the progress before it.
    const dedupeKey =
      event === "processing"
        ? keyOf(job, eventName, textAt(json, "timestamp", "progress.percent"))
        : keyOf(job, eventName);
    return { event, eventName, job, dedupeKey };
  },

  events: [
    {
      name: "job.completed",
      event: "completed",
      sample: ({ job, now, media }) => ({
        event: "job.completed",
        jobId: job,
        status: "completed",
        output: { url: media.video, width: 1920, height: 1080, duration: 10, format: "mp4" },
        metadata: { provider: "openai", model: "sora-2-pro", creditsUsed: 15 },
        timestamp: isoSeconds(now),
      }),
    },
    {
      name: "job.failed",
      event: "failed",
      sample: ({ job, now }) => ({
        event: "job.failed",
        jobId: job,
        status: "failed",
        error: { code: "CONTENT_POLICY_VIOLATION", message: "Content violates safety policy" },
        timestamp: isoSeconds(now),
      }),
    },
    {
      name: "job.processing",
      event: "processing",
      tellsPercent: true,
      sample: ({ job, now, percent }) => ({
        event: "job.processing",
        jobId: job,
        status: "processing",
        progress: { percent, stage: "rendering", estimatedTimeRemaining: (100 - percent) * 6 },
        timestamp: isoSeconds(now),
      }),
    },
  ],
  newJob: (random) => `job_${wordId(random, 12)}`,

  retries: retryPolicy({
    delaysMs: seconds(0, 1, 2, 4, 8),
    retried: "end-states",
    afterLast: "The webhook is marked failed and its owner gets an e-mail; it can be sent again by hand.",
    certainty: "in part",
  }),
  limits: { advisedMs: 5_000, timeoutMs: 5_000 },
  // The well-known alert addresses of TradingView, which makes the list doubtful.
  sourceAddresses: ["52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7"],
  resultLookup: null,
  undocumented: [
    "Which of the two signing samples holds.",
    "The delays between attempts: the page announces a table that is not there.",
    "How a URL given per job gets a secret, and what happens when a registered one is set as well.",
    "A unique event id: the page advises to store one and sends none.",
    "The unit of estimatedTimeRemaining; seconds fits the sample.",
  ],
  ourChoice: [
    "With x-wazza-timestamp the timestamped scheme, without it the scheme over the body alone.",
    "The raw bytes are signed, where both samples serialise the parsed body again.",
    "Duplicates have the same jobId and event, and for job.processing the same timestamp.",
    "5 attempts after 1, 2, 4 and 8 s, each with a new timestamp and signature.",
    "Any 2xx is success, and news of progress is not retried.",
  ],
};

const eventNames: readonly string[] = ["job.completed", "job.failed", "job.processing"];
