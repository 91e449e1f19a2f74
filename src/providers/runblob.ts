import { uuid } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { eventOfStatus, isOneOf, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { iso } from "./_times.ts";

/**
 * @see https://docs.runblob.io/api-reference/sora/webhooks
 * @see https://docs.runblob.io/api-reference/nanobanana/webhooks
 */
export const runblobProvider: Provider = {
  id: "runblob",
  name: "RunBlob",
  sources: [
    { title: "RunBlob: Sora webhooks", url: "https://docs.runblob.io/api-reference/sora/webhooks" },
    {
      title: "RunBlob: Nano Banana webhooks",
      url: "https://docs.runblob.io/api-reference/nanobanana/webhooks",
    },
  ],
  certainty: "documented",
  registration: {
    via: "body",
    field: "callback_url",
    how: 'Put "callback_url" into the request. HTTPS only.',
  },
  secretSource: null,
  requestHeaders: ["Content-Type"],
  schemes: [{ scheme: "unsigned" }],

  recognises({ json }) {
    const job = textAt(json, "generation_id", "task_uuid");
    return job !== null && isOneOf(json, "status", ["completed", "failed"]) ? "body" : null;
  },
  identify({ json }) {
    const job = textAt(json, "generation_id", "task_uuid");
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: job };
  },

  events: [
    event("completed", "completed", ({ media }) => ({ video_url: media.video, error_message: null })),
    event("failed", "failed", () => ({
      video_url: null,
      error_message: "Image contains photorealistic people. Please try with a different image.",
    })),
  ],
  newJob: uuid,

  retries: retryPolicy({
    delaysMs: seconds(0, 30, 60, 120, 240, 480),
    afterLast: "The delivery is marked failed.",
    certainty: "documented",
  }),
  limits: { advisedMs: 5_000, timeoutMs: 30_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["Whether the 5 attempts with 5 delays count the first delivery."],
  ourChoice: ["They do not: 5 retries after the first delivery."],
};

function event(
  status: string,
  kind: ProviderEvent["event"],
  rest: (input: SampleInput) => JsonObject,
): ProviderEvent {
  return {
    name: status,
    event: kind,
    sample: (input) => ({
      generation_id: input.job,
      status,
      prompt: "A beautiful sunset over the ocean",
      created_at: microseconds(input.now - 120_000),
      completed_at: microseconds(input.now),
      ...rest(input),
    }),
  };
}

/** `2025-11-24T10:00:00.000000`, without a zone. */
const microseconds = (now: number): string => iso(now).replace("Z", "000");
