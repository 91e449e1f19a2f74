import { uuid } from "./_ids.ts";
import type { Provider } from "./_provider.ts";
import { keyOf, textAt, valueAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";

/**
 * @see https://docs.kie.ai/common-api/webhook-verification (signing)
 * @see https://docs.kie.ai/runway-api/generate-ai-video-callbacks (payload, codes)
 */
export const kieProvider: Provider = {
  id: "kie",
  name: "KIE.ai",
  sources: [
    { title: "KIE: Webhook verification", url: "https://docs.kie.ai/common-api/webhook-verification" },
    {
      title: "KIE: Runway callbacks",
      url: "https://docs.kie.ai/runway-api/generate-ai-video-callbacks",
    },
    { title: "KIE: Suno cover callbacks", url: "https://docs.kie.ai/suno-api/cover-suno-callbacks" },
  ],
  certainty: "documented",
  registration: { via: "body", field: "callBackUrl", how: 'Put "callBackUrl" into the request body.' },
  secretSource: "The webhookHmacKey made on the settings page.",
  requestHeaders: ["X-Webhook-Timestamp", "X-Webhook-Signature"],
  schemes: [
    {
      scheme: "kie",
      optional: true,
      note: "Only the task id and the time are signed: a changed result URL passes.",
    },
  ],

  recognises({ headers, json }) {
    if (jobOf(json) === null) return null;
    // Pollo's header of the same name comes with an id.
    if (headers.has("x-webhook-signature")) return headers.has("x-webhook-id") ? null : "header-and-body";
    return typeof valueAt(json, "code") === "number" && textAt(json, "msg") !== null ? "body" : null;
  },
  identify({ json }) {
    const code = textAt(json, "code");
    const job = jobOf(json);
    return {
      event: code === null ? null : code === "200" ? "completed" : "failed",
      eventName: code,
      job,
      dedupeKey: keyOf(job),
    };
  },

  events: [
    {
      name: "200",
      event: "completed",
      sample: ({ job, random, media }) => ({
        code: 200,
        msg: "All generated successfully.",
        data: { task_id: job, video_id: uuid(random), video_url: media.video, image_url: media.image },
      }),
    },
    {
      name: "501",
      event: "failed",
      sample: ({ job }) => ({ code: 501, msg: "Generation failed", data: { task_id: job } }),
    },
  ],
  newJob: uuid,

  retries: retryPolicy({
    delaysMs: seconds(0, 5, 30, 60),
    afterLast: "Undocumented.",
    certainty: "our choice",
  }),
  limits: { advisedMs: null, timeoutMs: 15_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: [
    "The number of retries and the maximum age of a signature.",
    "Where the task id stands: data.task_id, data.taskId or taskId, depending on the page.",
    "Whether a failure can come with code 200, as one page shows.",
  ],
  ourChoice: [
    "3 retries after 5, 30 and 60 s, and no check of the age.",
    "The task id is looked for in that order; the code alone tells success from failure.",
  ],
};

function jobOf(json: unknown): string | null {
  return textAt(json, "data.task_id", "data.taskId", "taskId");
}
