import { base62Id, wordId } from "./_ids.ts";
import type { Provider, ProviderEvent } from "./_provider.ts";
import { eventOfName, hasAll, hasHeaderLike, isOneOf, textAt } from "./_reading.ts";
import { retryPolicy, standardDelaysMs } from "./_retries.ts";
import { iso } from "./_times.ts";

/**
 * Static webhooks only: dynamic ones, given per request, carry an RS256 JWT in Webhook-Signature instead.
 *
 * @see https://ai.google.dev/gemini-api/docs/webhooks
 */
export const geminiProvider: Provider = {
  id: "gemini",
  name: "Google Gemini API",
  sources: [{ title: "Gemini API: Webhooks", url: "https://ai.google.dev/gemini-api/docs/webhooks" }],
  certainty: "documented, read in part",
  registration: {
    via: "settings",
    field: "uri",
    how: "Per project through the WebhookService API: uri and subscribed_events.",
  },
  secretSource: "new_signing_secret, shown once when the webhook is made.",
  requestHeaders: ["webhook-id", "webhook-timestamp", "webhook-signature"],
  schemes: [
    {
      scheme: "standard-webhooks-v1",
      note: "Static webhooks. Dynamic ones are signed with an RS256 JWT, which is not checked here.",
    },
  ],

  recognises({ headers, json }) {
    if (!hasHeaderLike(headers, "webhook-") || !isOneOf(json, "type", eventNames) || !hasAll(json, "data"))
      return null;
    // OpenAI has a batch.failed too, with an event id or its own User-Agent.
    const isOpenai =
      headers.get("user-agent")?.startsWith("OpenAI/") || textAt(json, "id")?.startsWith("evt_");
    return isOpenai ? null : "header-and-body";
  },
  identify({ headers, json }) {
    const eventName = textAt(json, "type");
    return {
      event: eventOfName(eventName),
      eventName,
      job: textAt(json, "data.id"),
      dedupeKey: headers.get("webhook-id") ?? null,
    };
  },

  events: [
    event("video.generated", "completed"),
    event("batch.succeeded", "completed"),
    event("batch.failed", "failed"),
    event("interaction.completed", "completed"),
    event("interaction.requires_action", null),
  ],
  newJob: (random) => wordId(random, 16),
  deliveryId: (_body, random) => `msg_${base62Id(random, 27)}`,

  retries: retryPolicy({
    // The recommended schedule, as far as it stays within 24 hours.
    delaysMs: standardDelaysMs.slice(0, 7),
    afterLast: "Undocumented.",
    certainty: "in part",
  }),
  limits: { advisedMs: null, timeoutMs: 15_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["The delays (automatic retries for up to 24 hours), the timeout, the payload."],
  ourChoice: [
    "The schedule of Standard Webhooks cut at 24 hours, 15 s to answer.",
    "The samples have the recommended form of Standard Webhooks, with the job's id in data.id.",
  ],
};

function event(name: string, kind: ProviderEvent["event"]): ProviderEvent {
  return {
    name,
    event: kind,
    sample: ({ job, now }) => ({ type: name, timestamp: iso(now), data: { id: job } }),
  };
}

const eventNames: readonly string[] = [
  "video.generated",
  "batch.succeeded",
  "batch.failed",
  "interaction.completed",
  "interaction.requires_action",
];
