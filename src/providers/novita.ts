import { uuid } from "./_ids.ts";
import type { JsonObject, Provider } from "./_provider.ts";
import { eventOfStatus, textAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";

/** @see https://novita.ai/docs/api-reference/model-apis-webhook */
export const novitaProvider: Provider = {
  id: "novita",
  name: "Novita AI",
  sources: [{ title: "Novita: Webhook", url: "https://novita.ai/docs/api-reference/model-apis-webhook" }],
  certainty: "documented, read in part",
  registration: {
    via: "body",
    field: "extra.webhook.url",
    how: "Put extra.webhook.url into the body of an asynchronous V3 call; a test mode sends mock events.",
  },
  secretSource: null,
  requestHeaders: ["Content-Type"],
  schemes: [{ scheme: "unsigned" }],

  recognises: ({ json }) => (textAt(json, "event_type") === "ASYNC_TASK_RESULT" ? "body" : null),
  identify({ json }) {
    const job = textAt(json, "payload.task.task_id");
    const status = textAt(json, "payload.task.status")?.replace("TASK_STATUS_", "") ?? null;
    return { event: eventOfStatus(status), eventName: textAt(json, "event_type"), job, dedupeKey: job };
  },

  events: [
    {
      name: "ASYNC_TASK_RESULT",
      event: "completed",
      sample: ({ job, media }) =>
        result(job, "SUCCEED", "", { images: [{ image_type: "jpeg", image_url: media.image }] }),
    },
    {
      name: "ASYNC_TASK_RESULT-failed",
      event: "failed",
      sample: ({ job }) => result(job, "FAILED", "The task failed", {}),
    },
  ],
  newJob: uuid,

  retries: unknownRetries,
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["Retries and timeout (not read).", "The payload of a failed task."],
  ourChoice: [
    "3 retries after 5, 30 and 120 s, 10 s to answer.",
    "A failed task has the status TASK_STATUS_FAILED and its cause in reason.",
  ],
};

function result(job: string, status: string, reason: string, outputs: JsonObject): JsonObject {
  return {
    event_type: "ASYNC_TASK_RESULT",
    payload: {
      task: {
        eta: 0,
        progress_percent: 0,
        reason,
        status: `TASK_STATUS_${status}`,
        task_id: job,
        task_type: "TXT_TO_IMG",
      },
      extra: { enable_nsfw_detection: false, webhook: { url: "https://your-webhook-endpoint-url" } },
      ...outputs,
    },
  };
}
