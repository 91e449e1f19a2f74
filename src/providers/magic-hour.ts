import { wordId } from "./_ids.ts";
import type { Provider, ProviderEvent } from "./_provider.ts";
import { eventOfName, hasHeaderLike, keyOf, textAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";

/** @see https://docs.magichour.ai/integration/webhook/secure-handler; the events are from public receivers */
export const magicHourProvider: Provider = {
  id: "magic-hour",
  name: "Magic Hour",
  sources: [
    {
      title: "Magic Hour: Secure webhook handler",
      url: "https://docs.magichour.ai/integration/webhook/secure-handler",
    },
    {
      title: "Magic Hour: image.errored",
      url: "https://docs.magichour.ai/webhook-reference/image-events/image-errored",
    },
  ],
  certainty: "read in part",
  registration: { via: "settings", field: null, how: "No page that was read says where." },
  secretSource: "No page that was read says where it is shown.",
  requestHeaders: ["magic-hour-event-signature", "magic-hour-event-timestamp"],
  schemes: [{ scheme: "magic-hour" }],

  recognises({ headers, json }) {
    if (hasHeaderLike(headers, "magic-hour-event-")) return "own-header";
    const isEvent = /^(image|video|audio)\.(started|completed|errored)$/.test(textAt(json, "type") ?? "");
    return isEvent && textAt(json, "payload.id") !== null ? "body" : null;
  },
  identify({ json }) {
    const eventName = textAt(json, "type");
    const job = textAt(json, "payload.id");
    return { event: eventOfName(eventName), eventName, job, dedupeKey: keyOf(eventName, job) };
  },

  events: [
    event("video.completed", "completed", "complete"),
    event("image.completed", "completed", "complete"),
    event("image.errored", "failed", "error"),
    event("video.errored", "failed", "error"),
  ],
  newJob: (random) => `c${wordId(random, 24)}`,

  retries: { ...unknownRetries, certainty: "in part" },
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The retry schedule (not read) and the timeout.",
    "Whether there is a video.errored, and the payload beyond id and status.",
  ],
  ourChoice: ["3 retries after 5, 30 and 120 s, 10 s to answer."],
};

function event(name: string, kind: ProviderEvent["event"], status: string): ProviderEvent {
  return { name, event: kind, sample: ({ job }) => ({ type: name, payload: { id: job, status } }) };
}
