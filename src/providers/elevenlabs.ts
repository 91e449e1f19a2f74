import { base62Id } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { hasAll, isOneOf, keyOf, textAt } from "./_reading.ts";
import { retryPolicy } from "./_retries.ts";
import { unixSeconds } from "./_times.ts";

/**
 * @see https://elevenlabs.io/docs/eleven-api/resources/webhooks (signing, retries)
 * @see https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks (payload)
 */
export const elevenlabsProvider: Provider = {
  id: "elevenlabs",
  name: "ElevenLabs",
  sources: [
    { title: "ElevenLabs: Webhooks", url: "https://elevenlabs.io/docs/eleven-api/resources/webhooks" },
    {
      title: "ElevenLabs: Post-call webhooks",
      url: "https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks",
    },
    {
      title: "elevenlabs/elevenlabs-python, src/elevenlabs/webhooks_custom.py",
      url: "https://github.com/elevenlabs/elevenlabs-python",
    },
  ],
  certainty: "documented",
  registration: {
    via: "settings",
    field: null,
    how: "In the workspace's settings, then chosen per product; speech to text takes webhook=true in the request.",
  },
  secretSource: "Shown when the webhook is made in the workspace's settings (HMAC).",
  requestHeaders: ["ElevenLabs-Signature"],
  schemes: [{ scheme: "elevenlabs-v0" }],

  recognises({ headers, json }) {
    if (headers.has("elevenlabs-signature") || headers.has("x-elevenlabs-signature")) return "own-header";
    return isOneOf(json, "type", Object.keys(kinds)) && hasAll(json, "event_timestamp", "data")
      ? "body"
      : null;
  },
  identify({ json }) {
    const eventName = textAt(json, "type");
    const job = textAt(json, "data.conversation_id", "data.request_id");
    return {
      event: (eventName !== null && kinds[eventName]) || null,
      eventName,
      job,
      dedupeKey: keyOf(eventName, job, textAt(json, "event_timestamp")),
    };
  },

  events: [
    event("post_call_transcription", "completed", ({ now }) => ({
      status: "done",
      transcript: [],
      metadata: { start_time_unix_secs: unixSeconds(now) - 22, call_duration_secs: 22, cost: 296 },
    })),
    event("post_call_audio", "completed", () => ({ full_audio: "SUQzBAAAAAAA" })),
    event("call_initiation_failure", "failed", () => ({ failure_reason: "busy" })),
  ],
  newJob: (random) => `conv_${base62Id(random, 20)}`,

  retries: retryPolicy({
    delaysMs: [0],
    success: [200, 200],
    afterLast: "Dropped; the webhook is switched off after 10 failures in a row without a success in 7 days.",
    certainty: "documented",
  }),
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [
    "34.67.146.145",
    "34.59.11.47",
    "35.204.38.71",
    "34.147.113.54",
    "35.185.187.110",
    "35.247.157.189",
  ],
  resultLookup: null,
  undocumented: [
    "The timeout, what to deduplicate by, and the schedule of retries where they are switched on.",
    "The shape of a finished speech to text: the sample's body and the code that reads it contradict each other.",
  ],
  ourChoice: [
    "No retries, as is the default; 10 s to answer.",
    "Duplicates have the same type, conversation id and event_timestamp.",
    "The failure_reason of a call that could not be made is our construction.",
    "Where several v0 signatures are given, any may match.",
  ],
};

const kinds: Readonly<Record<string, ProviderEvent["event"]>> = {
  post_call_transcription: "completed",
  post_call_audio: "completed",
  call_initiation_failure: "failed",
  "speech_to_text.completed": "completed",
  voice_removal_notice: null,
  voice_removal_notice_withdrawn: null,
  voice_removed: null,
};

function event(
  name: string,
  kind: ProviderEvent["event"],
  data: (input: SampleInput) => JsonObject,
): ProviderEvent {
  return {
    name,
    event: kind,
    sample: (input) => ({
      type: name,
      event_timestamp: unixSeconds(input.now),
      data: { agent_id: "agent_sample", conversation_id: input.job, ...data(input) },
    }),
  };
}
