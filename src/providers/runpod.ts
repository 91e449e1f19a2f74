import { uuid } from "./_ids.ts";
import type { JsonObject, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { eventOfStatus, hasAll, textAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";

/** @see https://github.com/runpod/docs serverless/endpoints/send-requests.mdx, operation-reference.mdx */
export const runpodProvider: Provider = {
  id: "runpod",
  name: "RunPod",
  sources: [
    {
      title: "runpod/docs, serverless/endpoints/send-requests.mdx and operation-reference.mdx",
      url: "https://github.com/runpod/docs",
    },
  ],
  certainty: "documented",
  registration: { via: "body", field: "webhook", how: 'Put "webhook" next to input in the job\'s body.' },
  secretSource: null,
  requestHeaders: ["Content-Type"],
  schemes: [{ scheme: "unsigned" }],

  recognises: ({ json }) => (hasAll(json, "delayTime", "executionTime", "id") ? "body" : null),
  identify({ json }) {
    const job = textAt(json, "id");
    const status = textAt(json, "status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: job };
  },

  events: [
    event("COMPLETED", "completed", ({ media }) => ({ output: { image: media.image } })),
    event("FAILED", "failed", () => ({ error: "The handler raised an exception" })),
    event("CANCELLED", "failed", () => ({})),
    event("TIMED_OUT", "failed", () => ({})),
  ],
  newJob: (random) => `${uuid(random)}-u1`,

  retries: retryPolicy({
    delaysMs: seconds(0, 10, 10),
    success: [200, 200],
    afterLast: "Undocumented.",
    certainty: "documented",
  }),
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["The timeout, and which states are delivered.", "The body of a delivery."],
  ourChoice: ["10 s to answer.", "The body is the job's status object; the end states are delivered."],
};

function event(
  status: string,
  kind: ProviderEvent["event"],
  rest: (input: SampleInput) => JsonObject,
): ProviderEvent {
  return {
    name: status,
    event: kind,
    sample: (input) => ({ delayTime: 31618, executionTime: 1437, id: input.job, ...rest(input), status }),
  };
}
