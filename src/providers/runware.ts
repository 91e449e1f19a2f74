import { uuid } from "./_ids.ts";
import type { JsonObject, Provider, SampleInput } from "./_provider.ts";
import { eventOfStatus, keyOf, textAt, valueAt } from "./_reading.ts";
import { retryPolicy } from "./_retries.ts";
import { isoSeconds } from "./_times.ts";

/**
 * Nothing is signed: the webhook URL's own query comes back with each delivery.
 *
 * @see https://runware.ai/docs/platform/webhooks (registration, query token, batches, retries)
 * @see https://runware.ai/docs/platform/errors (shape of errors)
 * @see https://github.com/Runware/sdk-python README.md, runware/types.py (wrapped form, fields by task type)
 */
export const runwareProvider: Provider = {
  id: "runware",
  name: "Runware",
  sources: [
    { title: "Runware: Webhooks", url: "https://runware.ai/docs/platform/webhooks" },
    { title: "Runware: Errors", url: "https://runware.ai/docs/platform/errors" },
    {
      title: "Runware/sdk-python, README.md and runware/types.py",
      url: "https://github.com/Runware/sdk-python",
    },
  ],
  certainty: "documented; failures and the number of attempts open",
  registration: {
    via: "body",
    field: "webhookURL",
    how: 'Put "webhookURL": "<url>?token=<secret>" into the task object; the query comes back unchanged with each delivery. Always use HTTPS. Send a + in the secret as %2B.',
  },
  secretSource: "Chosen by you, as a query parameter of the webhook URL.",
  requestHeaders: ["Content-Type"],
  schemes: [
    {
      scheme: "query-token",
      params: { param: "token" },
      optional: true,
      note: "The parameter's name is free, and the body is not protected.",
    },
  ],

  recognises: ({ json }) => (textAt(itemOf(json), "taskUUID") === null ? null : "body"),
  identify({ json }) {
    const item = itemOf(json);
    const job = textAt(item, "taskUUID");
    if (valueAt(json, "errors.0") !== undefined) {
      return { event: "failed", eventName: "error", job, dedupeKey: keyOf(job, textAt(item, "code")) };
    }
    // The page deduplicates by taskUUID alone, which drops every result of a batch but the first.
    const result = textAt(item, "imageUUID", "videoUUID", "audioUUID", "mediaUUID");
    const status = textAt(item, "status");
    return {
      event: status === null ? "completed" : eventOfStatus(status),
      eventName: textAt(item, "taskType"),
      job,
      dedupeKey: result === null ? job : keyOf(job, result),
    };
  },

  events: [
    { name: "imageInference", event: "completed", sample: image },
    {
      name: "videoInference",
      event: "completed",
      sample: ({ job, random, media }) => ({
        taskType: "videoInference",
        taskUUID: job,
        status: "success",
        videoUUID: uuid(random),
        videoURL: media.video,
        seed: 42,
        cost: 0.14,
      }),
    },
    {
      name: "audioInference",
      event: "completed",
      sample: ({ job, random, media }) => ({
        taskType: "audioInference",
        taskUUID: job,
        status: "success",
        audioUUID: uuid(random),
        audioURL: media.audio,
        cost: 0.02,
      }),
    },
    {
      name: "imageInference-wrapped",
      event: "completed",
      about: "the same inside a data array, as the Python SDK's README shows it",
      sample: (input) => ({ data: [image(input)] }),
    },
    {
      name: "error",
      event: "failed",
      sample: ({ job }) => ({
        errors: [
          {
            code: "timeoutProvider",
            message: "The external provider did not respond within the timeout window.",
            parameter: "model",
            taskType: "imageInference",
            taskUUID: job,
            documentation: "https://runware.ai/docs",
          },
        ],
      }),
    },
  ],
  sendsEachResult: true,
  newJob: uuid,

  retries: retryPolicy({
    delaysMs: [0, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000],
    jitter: 0.2,
    capMs: 8000,
    afterLast: "Undocumented.",
    certainty: "in part",
  }),
  limits: { advisedMs: 5_000, timeoutMs: 30_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The number of attempts and what follows the last one.",
    "How long an answer may take beyond the advised 5 s.",
    "Whether failures are delivered, and in which shape.",
    "Whether the result comes bare, as on the webhook page, or inside a data array, as in the SDK's README.",
    "Whether news of progress is delivered.",
  ],
  ourChoice: [
    "10 attempts in all, about 40 s; the jitter comes on top of the cap, so up to 9.6 s.",
    "An answer after 30 s is a failed attempt.",
    'Failures are delivered as {"errors":[…]}.',
    "Results are forged bare; both forms are understood.",
    "Duplicates have the same taskUUID and result UUID; errors the same taskUUID and code.",
  ],
};

/** The task's answer, bare or as the first in its envelope. */
function itemOf(json: unknown): unknown {
  return valueAt(json, "data.0") ?? valueAt(json, "errors.0") ?? json;
}

function image({ job, random, now, media }: SampleInput): JsonObject {
  return {
    taskType: "imageInference",
    taskUUID: job,
    imageUUID: uuid(random),
    imageURL: media.image,
    model: "runware:100@1",
    width: 1024,
    height: 1024,
    cost: 0.004,
    createdAt: isoSeconds(now),
  };
}
