import { uuid } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { eventOfStatus, isOneOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";

/** @see https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio */
export const assemblyaiProvider: Provider = {
  id: "assemblyai",
  name: "AssemblyAI",
  sources: [
    {
      title: "AssemblyAI: Webhooks for pre-recorded audio",
      url: "https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio",
    },
  ],
  certainty: "documented",
  registration: {
    via: "body",
    field: "webhook_url",
    how: "Put webhook_url and, to authenticate, webhook_auth_header_name and webhook_auth_header_value into the request. The URL's query is kept.",
  },
  secretSource: "Chosen by you per request, as webhook_auth_header_value.",
  requestHeaders: ["the header that webhook_auth_header_name names"],
  schemes: [
    {
      scheme: "shared-header",
      params: { header: "X-Webhook-Auth" },
      optional: true,
      note: "The header's name is the one given as webhook_auth_header_name.",
    },
  ],

  recognises: ({ json }) =>
    textAt(json, "transcript_id") !== null &&
    isOneOf(json, "status", ["completed", "error"]) &&
    Object.keys(json as object).length === 2
      ? "body"
      : null,
  identify({ json }) {
    const job = textAt(json, "transcript_id");
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: job };
  },

  events: [
    {
      name: "completed",
      event: "completed",
      sample: ({ job }) => ({ transcript_id: job, status: "completed" }),
    },
    { name: "error", event: "failed", sample: ({ job }) => ({ transcript_id: job, status: "error" }) },
  ],
  newJob: uuid,

  retries: retryPolicy({
    delaysMs: seconds(0, 10, 10, 10, 10, 10, 10, 10, 10, 10),
    // A 4xx ends the delivery at once.
    final: [400, 499],
    afterLast: "Given up; ask for the transcript.",
    certainty: "documented",
  }),
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: ["44.238.19.20", "54.220.25.36"],
  resultLookup: "https://api.assemblyai.com/v2/transcript/{job}",
  undocumented: ["Whether the 10 attempts count the first one: an older edition speaks of 10 redeliveries."],
  ourChoice: ["They do: 10 attempts in all.", "The header is X-Webhook-Auth unless another is given."],
};
