import { uuid } from "./_ids.ts";
import type { JsonObject, Provider } from "./_provider.ts";
import { eventOfStatus, hasAll, keyOf, textAt, valueAt } from "./_reading.ts";
import { unknownRetries } from "./_retries.ts";
import { unixSeconds } from "./_times.ts";

/** @see https://piapi.ai/blogs/piapi-task-polling-webhooks */
export const piapiProvider: Provider = {
  id: "piapi",
  name: "PiAPI",
  sources: [
    { title: "PiAPI: Task polling and webhooks", url: "https://piapi.ai/blogs/piapi-task-polling-webhooks" },
  ],
  certainty: "documented",
  registration: {
    via: "body",
    field: "config.webhook_config.endpoint",
    how: "Put config.webhook_config.endpoint and .secret into the task's body.",
  },
  secretSource: "Chosen by you per task, as config.webhook_config.secret.",
  requestHeaders: ["x-webhook-secret"],
  schemes: [{ scheme: "shared-header", params: { header: "x-webhook-secret" } }],

  recognises({ headers, json }) {
    const ownBody =
      typeof valueAt(json, "timestamp") === "number" && hasAll(json, "data.task_id", "data.status");
    if (!ownBody) return null;
    return headers.has("x-webhook-secret") ? "header-and-body" : "body";
  },
  identify({ json }) {
    const job = textAt(json, "data.task_id");
    const status = textAt(json, "data.status");
    return { event: eventOfStatus(status), eventName: status, job, dedupeKey: keyOf(job, status) };
  },

  events: [
    {
      name: "completed",
      event: "completed",
      sample: ({ job, now, media }) =>
        task(now, {
          task_id: job,
          status: "completed",
          output: { video_url: media.video },
          error: { code: 0, message: "" },
        }),
    },
    {
      name: "failed",
      event: "failed",
      sample: ({ job, now }) =>
        task(now, {
          task_id: job,
          status: "failed",
          output: {},
          error: { code: 10000, message: "The task failed" },
        }),
    },
  ],
  newJob: uuid,

  retries: { ...unknownRetries, certainty: "in part" },
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The number of repeats without a successful answer, their delays, and the timeout.",
    "The values inside output and error.",
  ],
  ourChoice: ["3 retries after 5, 30 and 120 s, 10 s to answer.", "Values in the samples are ours."],
};

function task(now: number, data: JsonObject): JsonObject {
  return { timestamp: unixSeconds(now), data };
}
