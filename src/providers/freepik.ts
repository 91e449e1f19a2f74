import { base62Id, uuid } from "./_ids.ts";
import type { Json, Provider, ProviderEvent, SampleInput } from "./_provider.ts";
import { eventOfStatus, hasHeaderLike, isOneOf, keyOf, textAt, valueAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";

/** @see https://docs.freepik.com/webhooks (signing); the payload is from public receivers */
export const freepikProvider: Provider = {
  id: "freepik",
  name: "Freepik / Magnific",
  sources: [{ title: "Freepik: Webhooks", url: "https://docs.freepik.com/webhooks" }],
  certainty: "signing documented, payload unsure",
  registration: { via: "body", field: "webhook_url", how: 'Put "webhook_url" into the request body.' },
  secretSource: "No page that was read says where it is shown.",
  requestHeaders: ["webhook-id", "webhook-timestamp", "webhook-signature"],
  schemes: [
    {
      scheme: "freepik",
      note: "The secret is used as text and not decoded; v1, v2 … name the version of the secret.",
    },
  ],

  recognises({ headers, json }) {
    const task = taskOf(json);
    if (!Array.isArray(valueAt(task, "generated")) || !isOneOf(task, "status", statuses)) return null;
    if (textAt(task, "task_id") === null) return null;
    return hasHeaderLike(headers, "webhook-") ? "header-and-body" : "body";
  },
  identify({ headers, json }) {
    const job = textAt(taskOf(json), "task_id");
    const status = textAt(taskOf(json), "status");
    return {
      event: eventOfStatus(status),
      eventName: status,
      job,
      dedupeKey: headers.get("webhook-id") ?? keyOf(job, status),
    };
  },

  events: [
    event("COMPLETED", "completed", ({ media }) => [media.image]),
    event("FAILED", "failed"),
    event("CREATED", "processing"),
    event("IN_PROGRESS", "processing"),
  ],
  newJob: uuid,
  deliveryId: (_body, random) => `msg_${base62Id(random, 27)}`,

  retries: unknownRetries,
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "Retries, timeout and the maximum age of a signature.",
    "Whether the task stands inside data, and whether progress is delivered.",
  ],
  ourChoice: [
    "Signatures older than 300 s are stale; 3 retries after 5, 30 and 120 s; 10 s to answer.",
    "Forged with the task inside data; both forms are understood.",
  ],
};

const statuses: readonly string[] = ["CREATED", "IN_PROGRESS", "COMPLETED", "FAILED"];

function taskOf(json: unknown): unknown {
  return valueAt(json, "data") ?? json;
}

function event(
  status: string,
  kind: ProviderEvent["event"],
  generated: (input: SampleInput) => readonly Json[] = () => [],
): ProviderEvent {
  return {
    name: status,
    event: kind,
    sample: (input) => ({ data: { task_id: input.job, status, generated: generated(input) } }),
  };
}
