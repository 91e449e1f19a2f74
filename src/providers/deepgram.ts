import { uuid } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { hasAll, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { iso } from "./_times.ts";

/** @see https://github.com/deepgram/deepgram-docs fern/docs/callback.mdx, fern/docs/tts-callback.mdx */
export const deepgramProvider: Provider = {
  id: "deepgram",
  name: "Deepgram",
  sources: [
    {
      title: "deepgram/deepgram-docs, fern/docs/callback.mdx and fern/docs/tts-callback.mdx",
      url: "https://github.com/deepgram/deepgram-docs",
    },
  ],
  certainty: "documented",
  registration: {
    via: "query",
    field: "callback",
    how: "Add callback=<url> to the request; callback_method=put for PUT. Ports 80, 443, 8080 and 8443 only.",
  },
  secretSource: "dg-token carries the identifier of the API key that made the request, not the key itself.",
  requestHeaders: ["dg-token"],
  schemes: [{ scheme: "shared-header", params: { header: "dg-token" } }],

  recognises({ headers, json }) {
    if (headers.has("dg-token")) return "own-header";
    return hasAll(json, "metadata.request_id", "results") ? "body" : null;
  },
  identify({ json }) {
    const job = textAt(json, "metadata.request_id", "request_id");
    const isResult = hasAll(json, "results");
    return {
      event: isResult ? "completed" : null,
      eventName: isResult ? "result" : null,
      job,
      dedupeKey: job,
    };
  },

  events: [
    {
      name: "result",
      event: "completed",
      sample: ({ job, now }) => ({
        metadata: { request_id: job, created: iso(now), duration: 25.9, channels: 1 },
        results: {
          channels: [
            { alternatives: [{ transcript: "The octopus takes the queen.", confidence: 0.99, words: [] }] },
          ],
        },
      }),
    },
  ],
  newJob: uuid,

  retries: retryPolicy({
    delaysMs: seconds(0, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    afterLast: "Undocumented.",
    certainty: "documented",
  }),
  limits: { advisedMs: null, timeoutMs: 30_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["The timeout.", "The delivery of a failure."],
  ourChoice: [
    "30 s to answer.",
    "The result in the sample is a shortened one.",
    "Text to speech, which delivers audio instead of JSON, is not forged.",
  ],
};
