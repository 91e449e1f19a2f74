import { uuid } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { eventOfName, eventOfStatus, textAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";

/** @see https://docs.leonardo.ai/docs/guide-to-the-webhook-callback-feature */
export const leonardoProvider: Provider = {
  id: "leonardo",
  name: "Leonardo.Ai",
  sources: [
    {
      title: "Leonardo: Guide to the webhook callback feature",
      url: "https://docs.leonardo.ai/docs/guide-to-the-webhook-callback-feature",
    },
  ],
  certainty: "header documented, body unsure",
  registration: {
    via: "settings",
    field: null,
    how: "URL and callback key are given when a production API key is made; to change them, make a new key. HTTPS only.",
  },
  secretSource: "Chosen by you: the webhook callback API key.",
  requestHeaders: ["Authorization"],
  schemes: [{ scheme: "shared-header", params: { header: "Authorization", prefix: "Bearer " } }],

  recognises: ({ json }) => (textAt(json, "type")?.startsWith("image_generation.") ? "body" : null),
  identify({ json }) {
    const eventName = textAt(json, "type");
    const job = textAt(json, "data.object.id", "data.id", "data.generationId", "id");
    return {
      event: eventOfName(eventName) ?? eventOfStatus(textAt(json, "data.object.status")),
      eventName,
      job,
      dedupeKey: job,
    };
  },

  events: [
    {
      name: "image_generation.complete",
      event: "completed",
      sample: ({ job, random, now, media }) => ({
        type: "image_generation.complete",
        object: "generation",
        timestamp: now,
        data: { object: { id: job, status: "COMPLETE", images: [{ id: uuid(random), url: media.image }] } },
      }),
    },
  ],
  newJob: uuid,

  retries: unknownRetries,
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The body: receivers read the generation's id at different depths.",
    "Failed events, retries, timeout.",
  ],
  ourChoice: [
    "The sample's shape is our construction from the event's name.",
    "3 retries after 5, 30 and 120 s, 10 s to answer.",
  ],
};
