import { uuid } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { eventOfStatus, hasAll, keyOf, textAt } from "./_reading.ts";
import { retryPolicy } from "./_retries.ts";
import { isoSeconds } from "./_times.ts";

/** @see https://docs.lumalabs.ai/changelog/callbacks-and-credits-balance */
export const lumaProvider: Provider = {
  id: "luma",
  name: "Luma Dream Machine",
  sources: [
    {
      title: "Luma: Callbacks and credits balance (changelog)",
      url: "https://docs.lumalabs.ai/changelog/callbacks-and-credits-balance",
    },
  ],
  certainty: "documented",
  registration: { via: "body", field: "callback_url", how: 'Put "callback_url" into the request body.' },
  secretSource: null,
  requestHeaders: ["Content-Type"],
  schemes: [{ scheme: "unsigned" }],

  recognises: ({ json }) =>
    textAt(json, "id") !== null && textAt(json, "state") !== null && hasAll(json, "failure_reason")
      ? "body"
      : null,
  identify({ json }) {
    const job = textAt(json, "id");
    const state = textAt(json, "state");
    return { event: eventOfStatus(state), eventName: state, job, dedupeKey: keyOf(job, state) };
  },

  events: [
    event("completed", "completed", ({ media }) => ({
      failure_reason: null,
      assets: { video: media.video },
    })),
    event("failed", "failed", () => ({ failure_reason: "The prompt was moderated", assets: null })),
    event("dreaming", "processing", () => ({ failure_reason: null, assets: null })),
  ],
  newJob: uuid,

  retries: retryPolicy({
    delaysMs: [0, 100, 100, 100],
    success: [200, 200],
    afterLast: "Undocumented.",
    certainty: "documented",
  }),
  limits: { advisedMs: null, timeoutMs: 5_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["The words of state in a callback."],
  ourChoice: [
    "The text of a failure is ours.",
    "The words of the API's generation object: dreaming, completed, failed.",
  ],
};

function event(
  state: string,
  kind: ProviderEvent["event"],
  rest: (input: SampleInput) => JsonObject,
): ProviderEvent {
  return {
    name: state,
    event: kind,
    sample: (input) => ({ id: input.job, state, created_at: isoSeconds(input.now), ...rest(input) }),
  };
}
