import { hexId } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { eventOfName, hasAll, hasHeaderLike, keyOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";

/**
 * @see https://developers.heygen.com/docs/webhooks (v3)
 * @see https://docs.heygen.com/docs/using-heygens-webhook-events (older)
 */
export const heygenProvider: Provider = {
  id: "heygen",
  name: "HeyGen",
  sources: [
    { title: "HeyGen: Webhooks (v3)", url: "https://developers.heygen.com/docs/webhooks" },
    {
      title: "HeyGen: Using webhook events (older)",
      url: "https://docs.heygen.com/docs/using-heygens-webhook-events",
    },
  ],
  certainty: "unsure: signing from public receivers",
  registration: {
    via: "settings",
    field: "url",
    how: "POST https://api.heygen.com/v3/webhooks/endpoints with url and events; the URL is probed first.",
  },
  secretSource: "whsec_…, shown once in the answer to the registration.",
  requestHeaders: ["Heygen-Signature", "Heygen-Timestamp", "Heygen-Event-Id"],
  schemes: [
    {
      scheme: "heygen-v3",
      note: "Neither the timestamp nor the event id is signed: a replay with a fresh timestamp passes.",
    },
    { scheme: "heygen-legacy", note: "The older header Signature." },
  ],

  recognises({ headers, json }) {
    if (hasHeaderLike(headers, "heygen-")) return "own-header";
    return hasAll(json, "event_type", "event_data.video_id") ? "body" : null;
  },
  identify({ headers, json }) {
    const eventName = textAt(json, "event_type");
    const job = textAt(json, "event_data.video_id", "event_data.id");
    return {
      event: eventOfName(eventName),
      eventName,
      job,
      dedupeKey: headers.get("heygen-event-id") ?? keyOf(eventName, job),
    };
  },

  events: [
    event("avatar_video.success", "completed", ({ media }) => ({ url: media.video })),
    event("avatar_video.fail", "failed", () => ({ msg: "The avatar could not be rendered" })),
    event("video_translate.success", "completed", ({ media }) => ({ url: media.video })),
    event("video_translate.fail", "failed", () => ({ msg: "The video could not be translated" })),
  ],
  newJob: (random) => hexId(random, 32),
  deliveryId: (_body, random) => `evt_${hexId(random, 16)}`,

  retries: retryPolicy({
    delaysMs: seconds(0, 10, 30, 60),
    afterLast: "Undocumented.",
    certainty: "our choice",
  }),
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "Retries and timeout (not read).",
    "The field of the error text: receivers read msg, error or failure_message.",
  ],
  ourChoice: [
    "3 retries after 10, 30 and 60 s, 10 s to answer.",
    "The error text is in msg.",
    "Duplicates have the same Heygen-Event-Id, without one the same event and video.",
  ],
};

function event(
  name: string,
  kind: ProviderEvent["event"],
  rest: (input: SampleInput) => JsonObject,
): ProviderEvent {
  return {
    name,
    event: kind,
    sample: (input) => ({
      event_type: name,
      event_data: { video_id: input.job, callback_id: "cb1", ...rest(input) },
    }),
  };
}
