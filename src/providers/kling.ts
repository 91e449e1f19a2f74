import { digitId, uuid } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { eventOfStatus, keyOf, textAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";

/** @see https://docs.fast-token.com/en/kling/CallBackProto.html, a copy of Kling's callback protocol */
export const klingProvider: Provider = {
  id: "kling",
  name: "Kling AI",
  sources: [
    {
      title: "Kling: Callback protocol (copy)",
      url: "https://docs.fast-token.com/en/kling/CallBackProto.html",
    },
    {
      title: "Kling: callback_url (copy)",
      url: "https://apidoc.cometapi.com/api/video/kling/callback_url",
    },
  ],
  certainty: "copies of the documents",
  registration: {
    via: "body",
    field: "callback_url",
    how: 'Put "callback_url" into the task\'s body; an id of your own goes into external_task_id.',
  },
  secretSource: null,
  requestHeaders: ["Content-Type"],
  schemes: [{ scheme: "unsigned" }],

  recognises: ({ json }) =>
    textAt(json, "task_status") !== null && textAt(json, "task_id") !== null ? "body" : null,
  identify({ json }) {
    const job = textAt(json, "task_id");
    const status = textAt(json, "task_status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: keyOf(job, status) };
  },

  events: [
    event("succeed", "completed", ({ random, media }) => ({
      videos: [{ id: uuid(random), url: media.video, duration: "5" }],
    })),
    event("failed", "failed", () => ({}), "content risk control"),
    event("submitted", "processing", () => ({})),
    event("processing", "processing", () => ({})),
  ],
  newJob: (random) => digitId(random, 18),

  retries: unknownRetries,
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["Retries and timeout."],
  ourChoice: ["3 retries after 5, 30 and 120 s, 10 s to answer."],
};

function event(
  status: string,
  kind: ProviderEvent["event"],
  result: (input: SampleInput) => JsonObject,
  message = "",
): ProviderEvent {
  return {
    name: status,
    event: kind,
    sample: (input) => ({
      task_id: input.job,
      task_status: status,
      task_status_msg: message,
      task_info: { external_task_id: "my-1" },
      created_at: input.now - 60_000,
      updated_at: input.now,
      task_result: result(input),
    }),
  };
}
