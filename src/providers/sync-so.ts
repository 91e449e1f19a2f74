import { uuid } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { eventOfStatus, hasAll, keyOf, textAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";
import { iso } from "./_times.ts";

/** @see https://docs.sync.so/api-reference/guides/webhooks */
export const syncSoProvider: Provider = {
  id: "sync-so",
  name: "sync.so",
  sources: [{ title: "sync.so: Webhooks", url: "https://docs.sync.so/api-reference/guides/webhooks" }],
  certainty: "read in part",
  registration: { via: "body", field: "webhookUrl", how: 'Put "webhookUrl" into the request. HTTPS only.' },
  secretSource: "No page that was read says where it is shown.",
  requestHeaders: ["Sync-Signature"],
  schemes: [
    { scheme: "sync-v1", note: "The page's sample serialises the parsed body again before it signs." },
  ],

  recognises({ headers, json }) {
    if (headers.has("sync-signature")) return "own-header";
    return hasAll(json, "id", "status", "outputUrl") ? "body" : null;
  },
  identify({ json }) {
    const job = textAt(json, "id");
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: keyOf(job, status) };
  },

  events: [
    {
      name: "done",
      event: "completed",
      sample: ({ job, now, media }) => ({
        id: job,
        status: "done",
        createdAt: iso(now),
        outputUrl: media.video,
      }),
    },
    {
      name: "failed",
      event: "failed",
      sample: ({ job, now }) => ({
        id: job,
        status: "failed",
        createdAt: iso(now),
        outputUrl: null,
        error: "The face could not be found",
        error_code: "generation_failed",
      }),
    },
  ],
  newJob: uuid,

  retries: unknownRetries,
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The maximum age of a signature and the unit of its time.",
    "The header's name: Sync-Signature in the guide, X-Signature-Primary in the API reference.",
    "The exact status words, and the retries (not read).",
  ],
  ourChoice: [
    "The raw bytes are signed; no age is checked.",
    "3 retries after 5, 30 and 120 s, 10 s to answer.",
    "The fields createdAt and outputUrl of the samples are our construction.",
  ],
};
