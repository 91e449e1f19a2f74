import { digitId, hexId } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent } from "./_provider.ts";
import { eventOfStatus, keyOf, textAt, valueAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";

/** @see https://platform.minimax.io/docs/api-reference/video-generation-s2v */
export const minimaxProvider: Provider = {
  id: "minimax",
  name: "MiniMax / Hailuo",
  sources: [
    {
      title: "MiniMax: Video generation",
      url: "https://platform.minimax.io/docs/api-reference/video-generation-s2v",
    },
  ],
  certainty: "documented",
  registration: {
    via: "body",
    field: "callback_url",
    how: 'Put "callback_url" into the request body. A challenge comes first: answer {"challenge": "<value>"} within 3 s, or no update ever comes.',
  },
  secretSource: null,
  requestHeaders: ["Content-Type"],
  schemes: [{ scheme: "unsigned" }],

  recognises({ json }) {
    if (isChallenge(json)) return "body";
    const isTask = textAt(json, "task_id") !== null && textAt(json, "status") !== null;
    return isTask && valueAt(json, "base_resp.status_code") !== undefined ? "body" : null;
  },
  identify({ json }) {
    if (isChallenge(json)) return { event: null, eventName: "challenge", job: null, dedupeKey: null };
    const job = textAt(json, "task_id");
    const status = textAt(json, "status");
    return {
      event: eventOfStatus(status),
      eventName: status,
      job,
      // Pages differ in the case of a status.
      dedupeKey: keyOf(job, status?.toLowerCase()),
    };
  },

  events: [
    event("success", "completed", (random) => ({ file_id: digitId(random, 15) })),
    event("failed", "failed", () => ({}), { status_code: 1027, status_msg: "output content is sensitive" }),
    event("processing", "processing", () => ({})),
    {
      name: "challenge",
      event: null,
      about: "the handshake before the first update",
      sample: ({ random }) => ({ challenge: hexId(random, 32) }),
    },
  ],
  newJob: (random) => digitId(random, 18),

  retries: retryPolicy({
    delaysMs: seconds(0, 1, 2, 4, 8, 16),
    afterLast: "Undocumented.",
    certainty: "our choice",
  }),
  limits: { advisedMs: 3_000, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "Retries and the timeout; the challenge has to be answered within 3 s.",
    "The case of a status: success in callbacks, Success on another page.",
  ],
  ourChoice: [
    "5 retries after 1, 2, 4, 8 and 16 s, 10 s to answer.",
    "The code and text of a failure are ours.",
  ],
};

function isChallenge(json: unknown): boolean {
  return typeof valueAt(json, "challenge") === "string" && Object.keys(json as object).length === 1;
}

function event(
  status: string,
  kind: ProviderEvent["event"],
  rest: (random: (size: number) => Uint8Array) => JsonObject,
  answer: JsonObject = { status_code: 0, status_msg: "success" },
): ProviderEvent {
  return {
    name: status,
    event: kind,
    sample: ({ job, random }) => ({ task_id: job, status, ...rest(random), base_resp: answer }),
  };
}
