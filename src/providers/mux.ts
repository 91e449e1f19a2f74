import { base62Id, uuid } from "./_ids.ts";
import type { Provider, ProviderEvent } from "./_provider.ts";
import { eventOfName, textAt, valueAt } from "./_reading.ts";
import { retryPolicy, seconds } from "./_retries.ts";
import { iso } from "./_times.ts";

/**
 * @see https://docs.mux.com/guides/system/listen-for-webhooks (retries, duplicates)
 * @see https://docs.mux.com/docs/webhook-security (signing)
 */
export const muxProvider: Provider = {
  id: "mux",
  name: "Mux",
  sources: [
    { title: "Mux: Listen for webhooks", url: "https://docs.mux.com/guides/system/listen-for-webhooks" },
    { title: "Mux: Webhook security", url: "https://docs.mux.com/docs/webhook-security" },
    {
      title: "muxinc/mux-node-sdk, src/resources/webhooks/webhooks.ts",
      url: "https://github.com/muxinc/mux-node-sdk",
    },
  ],
  certainty: "documented",
  registration: { via: "settings", field: null, how: "In the dashboard, per environment." },
  secretSource: "Shown in the dashboard, one per endpoint.",
  requestHeaders: ["Mux-Signature"],
  schemes: [{ scheme: "mux-v1", note: "Several v1= entries may stand in the header; any may match." }],

  recognises({ headers, json }) {
    if (headers.has("mux-signature")) return "own-header";
    const isEvent = textAt(json, "type")?.startsWith("video.") && Array.isArray(valueAt(json, "attempts"));
    return isEvent ? "body" : null;
  },
  identify({ json }) {
    const eventName = textAt(json, "type");
    return {
      event: eventOfName(eventName),
      eventName,
      job: textAt(json, "data.id", "object.id"),
      dedupeKey: textAt(json, "id"),
    };
  },

  events: [
    event("video.asset.ready", "completed", "ready"),
    event("video.asset.errored", "failed", "errored"),
    event("video.asset.created", "processing", "preparing"),
  ],
  newJob: (random) => base62Id(random, 44),

  retries: retryPolicy({
    // 10 s doubling up to 4 h, until 24 h have passed.
    delaysMs: seconds(
      ...[0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240],
      ...[14_400, 14_400, 14_400, 14_400],
    ),
    capMs: 4 * 3_600_000,
    afterLast: "Undocumented.",
    certainty: "in part",
  }),
  limits: { advisedMs: null, timeoutMs: 10_000 },
  sourceAddresses: [],
  resultLookup: null,
  undocumented: ["The delays (growing, for 24 hours) and the timeout."],
  ourChoice: [
    "10 s doubling up to 4 hours, ending after 24 hours; 10 s to answer.",
    "Of the samples' fields the SDK names id, type, data and attempts; the others are our construction.",
  ],
};

function event(name: string, kind: ProviderEvent["event"], status: string): ProviderEvent {
  return {
    name,
    event: kind,
    sample: ({ job, random, now }) => ({
      type: name,
      id: uuid(random),
      created_at: iso(now),
      object: { type: "asset", id: job },
      data: { id: job, status },
      attempts: [],
    }),
  };
}
