import { hexId } from "./_ids.ts";
import type { Provider, ProviderEvent } from "./_provider.ts";
import { eventOfName, hasAll, hasHeaderLike, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { unixSeconds } from "./_times.ts";

/**
 * Thin events: the resource has to be fetched by its id.
 *
 * @see https://developers.openai.com/api/reference/resources/webhooks
 * @see https://github.com/openai/openai-python src/openai/lib/_webhooks.py, src/openai/types/webhooks/
 */
export const openaiProvider: Provider = {
  id: "openai",
  name: "OpenAI",
  sources: [
    {
      title: "OpenAI: Webhooks",
      url: "https://developers.openai.com/api/reference/resources/webhooks",
    },
    {
      title: "openai/openai-python, src/openai/lib/_webhooks.py and src/openai/types/webhooks/",
      url: "https://github.com/openai/openai-python",
    },
  ],
  certainty: "documented",
  registration: {
    via: "settings",
    field: null,
    how: "In the dashboard, per project; the events are chosen per endpoint.",
  },
  secretSource: "Shown once when the endpoint is made in the dashboard.",
  requestHeaders: ["user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"],
  schemes: [
    {
      scheme: "standard-webhooks-v1",
      params: { dialect: "openai" },
      note: "The SDKs use a secret without whsec_ as text.",
    },
  ],

  recognises({ headers, json }) {
    if (!hasHeaderLike(headers, "webhook-")) return isEvent(json) ? "body" : null;
    return headers.get("user-agent")?.startsWith("OpenAI/") || isEvent(json) ? "header-and-body" : null;
  },
  identify({ headers, json }) {
    const eventName = textAt(json, "type");
    return {
      event: eventOfName(eventName),
      eventName,
      job: textAt(json, "data.id"),
      dedupeKey: headers.get("webhook-id") ?? textAt(json, "id"),
    };
  },

  events: [
    event("response.completed", "completed"),
    event("response.failed", "failed"),
    event("response.cancelled", "failed"),
    event("response.incomplete", "failed"),
    event("batch.completed", "completed"),
    event("batch.failed", "failed"),
    event("batch.expired", "failed"),
    event("batch.cancelled", "failed"),
    event("fine_tuning.job.succeeded", "completed"),
    event("fine_tuning.job.failed", "failed"),
    event("fine_tuning.job.cancelled", "failed"),
    event("eval.run.succeeded", "completed"),
    event("eval.run.failed", "failed"),
    event("eval.run.canceled", "failed"),
    event("realtime.call.incoming", null),
  ],
  newJob: (random) => hexId(random, 32),
  deliveryId: (_body, random) => `wh_${hexId(random, 32)}`,
  extraHeaders: () => [["User-Agent", "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)"]],

  retries: retryPolicy({
    delaysMs: seconds(0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 72_000),
    afterLast: "Undocumented.",
    certainty: "in part",
  }),
  limits: { advisedMs: 5_000, timeoutMs: 20_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The delays: exponential backoff for up to 72 hours.",
    "The time to answer: within a few seconds.",
  ],
  ourChoice: ["9 retries within 71.6 hours.", "20 s to answer.", "A redirect is a failed attempt."],
};

function event(name: string, kind: ProviderEvent["event"]): ProviderEvent {
  return {
    name,
    event: kind,
    sample: ({ job, random, now }) => ({
      object: "event",
      id: `evt_${hexId(random, 32)}`,
      type: name,
      created_at: unixSeconds(now),
      data: { id: `${idPrefixes[name.slice(0, name.indexOf("."))] ?? ""}${job}` },
    }),
  };
}

const idPrefixes: Readonly<Record<string, string>> = {
  response: "resp_",
  batch: "batch_",
  fine_tuning: "ftjob-",
  eval: "evalrun_",
  realtime: "rtc_",
};

function isEvent(json: unknown): boolean {
  return textAt(json, "id")?.startsWith("evt_") === true && hasAll(json, "type", "created_at", "data.id");
}
