import { wordId } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { eventOfStatus, hasAll, isOneOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { isoSeconds } from "./_times.ts";

/** @see https://github.com/black-forest-labs/skills skills/bfl-api/references/webhook-integration.md */
export const blackForestLabsProvider: Provider = {
  id: "black-forest-labs",
  name: "Black Forest Labs",
  sources: [
    {
      title: "black-forest-labs/skills, skills/bfl-api/references/webhook-integration.md",
      url: "https://github.com/black-forest-labs/skills",
    },
  ],
  certainty: "documented",
  registration: {
    via: "body",
    field: "webhook_url",
    how: 'Put "webhook_url" and, to have deliveries signed, "webhook_secret" into the request body. HTTPS only in production.',
  },
  secretSource: "Chosen by you per request, as webhook_secret.",
  requestHeaders: ["X-BFL-Signature"],
  schemes: [{ scheme: "bfl-sha256", optional: true, note: "Only when the request gave a webhook_secret." }],

  recognises({ headers, json }) {
    if (headers.has("x-bfl-signature")) return "own-header";
    const isReady = isOneOf(json, "status", ["Ready"]) && hasAll(json, "id", "result");
    const isError = isOneOf(json, "status", ["Error"]) && hasAll(json, "id", "error");
    return isReady || isError ? "body" : null;
  },
  identify({ json }) {
    const job = textAt(json, "id");
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: job };
  },

  events: [
    {
      name: "Ready",
      event: "completed",
      sample: ({ job, now, media }) => ({
        id: job,
        status: "Ready",
        result: { sample: media.image, prompt: "Octopus vs. crab chess game", seed: 1234567890 },
        timestamp: isoSeconds(now),
      }),
    },
    {
      name: "Error",
      event: "failed",
      sample: ({ job, now }) => ({
        id: job,
        status: "Error",
        error: "content_policy_violation",
        message: "The prompt violated content policy",
        timestamp: isoSeconds(now),
      }),
    },
  ],
  newJob: (random) => `gen_${wordId(random, 12)}`,

  retries: retryPolicy({
    delaysMs: seconds(0, 1, 5, 30),
    afterLast: "The webhook is abandoned; the result's URL expires after 10 minutes.",
    certainty: "documented",
  }),
  limits: { advisedMs: null, timeoutMs: 30_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["Whether the 3 failed attempts after which a webhook is abandoned count the first one."],
  ourChoice: ["They do not: 4 deliveries in all, as in the page's table."],
};
