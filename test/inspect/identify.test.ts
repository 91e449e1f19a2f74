import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unidentified } from "../../src/core/delivery.ts";
import type { HeaderPair } from "../../src/core/headers.ts";
import { identify, LARGEST_PARSED_BODY_BYTES } from "../../src/inspect/identify.ts";
import { providers } from "../../src/providers/_registry.ts";
import { requestOf, vectors } from "../signing/vectors.ts";

type Headers = Readonly<Record<string, string>>;

const identifyJson = (json: unknown, headers: Headers = {}) =>
  identify({ headers: Object.entries(headers), body: Buffer.from(JSON.stringify(json)) });

const runwareTask = "a770f077-f413-47de-9dac-be0b26a35da6";
const runwareImage = {
  taskType: "imageInference",
  taskUUID: runwareTask,
  imageUUID: "550e8400-e29b-41d4-a716-446655440000",
  imageURL: "https://im.runware.ai/image/ws/0.5/ii/550e8400-e29b-41d4-a716-446655440000.jpg",
};
const wazzaProgress = {
  event: "job.processing",
  jobId: "job_abc123",
  status: "processing",
  progress: { percent: 45, stage: "rendering", estimatedTimeRemaining: 300 },
  timestamp: "2025-10-22T10:30:00Z",
};

describe("what a delivery speaks of", () => {
  test.each<[string, unknown, Headers, string, string | null, string | null, string | null, string | null]>([
    [
      "a finished WaveSpeedAI task",
      {
        id: "45b392",
        model: "wavespeed-ai/flux-dev",
        outputs: ["https://x.test/a.jpeg"],
        status: "completed",
      },
      { "webhook-id": "45b392", "webhook-timestamp": "1758798328", "webhook-signature": "v3,424a29" },
      ...(["wavespeed", "completed", "completed", "45b392", "45b392"] as const),
    ],
    [
      "a failed Get3W prediction",
      { id: "pred_1", model: "get3w/flux-dev", status: "failed", error: "Unknown error" },
      { "X-Get3W-Signature": "00" },
      ...(["get3w", "failed", "failed", "pred_1", "pred_1:failed"] as const),
    ],
    [
      "a finished Wazza job",
      { event: "job.completed", jobId: "job_1", status: "completed", timestamp: "2025-10-22T10:30:00Z" },
      { "x-wazza-signature": "00", "x-wazza-timestamp": "1" },
      ...(["wazza", "completed", "job.completed", "job_1", "job_1:job.completed"] as const),
    ],
    [
      "Wazza's news of progress",
      wazzaProgress,
      { "x-wazza-signature": "00" },
      ...(["wazza", "processing", "job.processing", "job_abc123"] as const),
      "job_abc123:job.processing:2025-10-22T10:30:00Z",
    ],
    [
      "a bare Runware result",
      runwareImage,
      {},
      ...(["runware", "completed", "imageInference", runwareTask] as const),
      `${runwareTask}:550e8400-e29b-41d4-a716-446655440000`,
    ],
    [
      "a wrapped Runware result",
      { data: [runwareImage] },
      {},
      ...(["runware", "completed", "imageInference", runwareTask] as const),
      `${runwareTask}:550e8400-e29b-41d4-a716-446655440000`,
    ],
    [
      "Runware's example for curl",
      { taskType: "imageInference", taskUUID: "test-uuid" },
      {},
      ...(["runware", "completed", "imageInference", "test-uuid", "test-uuid"] as const),
    ],
    [
      "a Runware error",
      {
        errors: [
          { code: "timeoutProvider", message: "…", taskType: "videoInference", taskUUID: runwareTask },
        ],
      },
      {},
      ...(["runware", "failed", "error", runwareTask, `${runwareTask}:timeoutProvider`] as const),
    ],
    [
      "a Runware task that is not done",
      { taskType: "videoInference", taskUUID: runwareTask, status: "processing" },
      {},
      ...(["runware", "processing", "videoInference", runwareTask, runwareTask] as const),
    ],
    [
      "a Replicate prediction",
      { id: "ufawq", version: "5c7d", status: "canceled", input: {}, output: null, metrics: {} },
      { "webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,AA==" },
      ...(["replicate", "failed", "canceled", "ufawq", "msg_1"] as const),
    ],
    [
      "an OpenAI event with the body that Gemini has as well",
      { type: "batch.failed", data: { id: "batch_1" } },
      { "User-Agent": "OpenAI/1.0 (+https://…)", "webhook-id": "wh_1", "webhook-signature": "v1,AA==" },
      ...(["openai", "failed", "batch.failed", "batch_1", "wh_1"] as const),
    ],
    [
      "Gemini's event of the same name",
      { type: "batch.failed", data: { id: "batches/1" } },
      { "webhook-id": "msg_1", "webhook-signature": "v1,AA==" },
      ...(["gemini", "failed", "batch.failed", "batches/1", "msg_1"] as const),
    ],
    [
      "a Freepik task whose secret is in its third version",
      { data: { task_id: "t1", status: "COMPLETED", generated: ["https://x.test/a.png"] } },
      { "webhook-id": "msg_1", "webhook-signature": "v3,AA==" },
      ...(["freepik", "completed", "COMPLETED", "t1", "msg_1"] as const),
    ],
    [
      "an unknown customer of Svix",
      { type: "invoice.paid", data: { id: "in_1" } },
      { "svix-id": "msg_1", "svix-timestamp": "1", "svix-signature": "v1,AA==" },
      ...(["standard-webhooks", null, "invoice.paid", "in_1", "msg_1"] as const),
    ],
    [
      "an Atlas Cloud task that failed under an outer status of OK",
      { session_id: "s1", event_type: "video.task.terminal", status: "OK", payload: { status: "cancelled" } },
      { "X-AtlasCloud-Webhook-Id": "s1" },
      ...(["atlascloud", "failed", "video.task.terminal", "s1", "s1"] as const),
    ],
    [
      "a Pollo task",
      { taskId: "cm-example", status: "succeed" },
      { "X-Webhook-Id": "wh_1", "X-Webhook-Signature": "AA==" },
      ...(["pollo", "completed", "succeed", "cm-example", "wh_1"] as const),
    ],
    [
      "a KIE task",
      { code: 531, msg: "refunded", data: { taskId: "ee60" } },
      { "X-Webhook-Timestamp": "1", "X-Webhook-Signature": "AA==" },
      ...(["kie", "failed", "531", "ee60", "ee60"] as const),
    ],
    ["MiniMax's handshake", { challenge: "a" }, {}, "minimax", null, "challenge", null, null],
    [
      "a Novita task",
      {
        event_type: "ASYNC_TASK_RESULT",
        payload: { task: { status: "TASK_STATUS_SUCCEED", task_id: "f6" } },
      },
      {},
      ...(["novita", "completed", "ASYNC_TASK_RESULT", "f6", "f6"] as const),
    ],
  ])("%s", (_case, json, headers, provider, event, eventName, job, dedupeKey) => {
    expect(identifyJson(json, headers)).toEqual({ provider, event, eventName, job, dedupeKey });
  });
});

describe("whether one delivery repeats another", () => {
  const key = (json: unknown) => identifyJson(json).dedupeKey;

  test("two results of one Runware batch do not", () => {
    expect(key(runwareImage)).not.toBe(key({ ...runwareImage, imageUUID: "77da2d99" }));
  });

  test("two pieces of Wazza's news do not, and neither does the result after them", () => {
    const later = { ...wazzaProgress, timestamp: "2025-10-22T10:30:02Z" };
    const done = { ...wazzaProgress, event: "job.completed" };
    expect(new Set([wazzaProgress, later, done].map(key)).size).toBe(3);
  });

  test("two unfinished keys are no key", () => {
    expect(key({ event: "job.completed", jobId: "" })).toBeNull();
  });
});

describe("the published and made vectors", () => {
  const carriesOwnPayload = new Set(
    "wavespeed get3w wazza runware fal ideogram atlascloud heygen black-forest-labs kie openai replicate".split(
      " ",
    ),
  );
  const known = vectors.filter(
    ({ provider, expect: verdict, raw_body }) =>
      carriesOwnPayload.has(provider) && verdict === "valid" && raw_body.startsWith("{"),
  );

  test("there are enough of them", () => expect(known.length).toBeGreaterThan(60));

  test.each(known.map((vector) => [vector.id, vector] as const))("%s is its provider's", (_id, vector) => {
    expect(identify(requestOf(vector)).provider).toBe(vector.provider);
  });

  // Several schemes were exercised with a body that only says what it is: Replicate's, or a generic one.
  const impostors = vectors.filter(
    ({ provider, raw_body }) => provider !== "replicate" && !/"version":/.test(raw_body),
  );

  test.each(impostors.map((vector) => [vector.id, vector] as const))("%s is nobody else's", (_id, vector) => {
    const own = vector.provider === "svix" ? "standard-webhooks" : vector.provider;
    expect([own, "standard-webhooks", null]).toContain(identify(requestOf(vector)).provider);
  });
});

describe("what cannot be recognised", () => {
  test.each([
    ["nothing", ""],
    ["text", "hello"],
    ["half a JSON", '{"taskUUID":"a"'],
    ["a number", "7"],
    ["null", "null"],
    ["a list", "[1,2]"],
    ["another JSON", '{"id":1,"status":"completed"}'],
    ["a body of another encoding", "\xff\xfe{"],
  ])("%s is nobody's", (_case, body) => {
    expect(
      identify({ headers: [["Content-Type", "application/json"]], body: Buffer.from(body, "latin1") }),
    ).toEqual(unidentified);
  });

  test("a body over 1 MiB is not read, so only the headers count", () => {
    const body = Buffer.from(JSON.stringify({ taskUUID: "a", text: "x".repeat(LARGEST_PARSED_BODY_BYTES) }));
    expect(identify({ headers: [], body })).toEqual(unidentified);
    expect(identify({ headers: [["X-Fal-Webhook-Request-Id", "r1"]], body })).toMatchObject({
      provider: "fal",
      event: null,
      job: "r1",
    });
  });
});

describe("a provider that was named", () => {
  test("is believed whatever the delivery looks like", () => {
    const body = Buffer.from(JSON.stringify({ ...runwareImage, jobId: "j", event: "job.failed" }));
    expect(identify({ headers: [], body, provider: "wazza" })).toMatchObject({
      provider: "wazza",
      event: "failed",
      job: "j",
    });
  });

  test("has to be in the catalogue", () => {
    expect(() => identify({ headers: [], body: Buffer.alloc(0), provider: "wavespeeed" })).toThrow(
      expect.objectContaining({ code: "E_NO_PROVIDER", hint: expect.stringContaining('"wavespeed"') }),
    );
  });
});

describe("anything at all", () => {
  const words =
    "id status data taskUUID errors event jobId progress type payload task_id code msg task taskId state urls get model webhook-signature webhook-id x-webhook-signature x-webhook-id svix-id user-agent dg-token challenge event_type task_status transcript_id __proto__ constructor length".split(
      " ",
    );
  const word = fc.constantFrom(...words);
  const header: fc.Arbitrary<HeaderPair> = fc.tuple(
    fc.oneof(word, fc.string()),
    fc.oneof(fc.constantFrom("v1,a", "v3,b", "OpenAI/1"), fc.string()),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom("completed", "job.completed", "failed", "", null, 0, -0, 1e308, true),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(word, tie("value"), { maxKeys: 6 }),
    ),
  })).value;
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    json.map((value) => new TextEncoder().encode(JSON.stringify(value))),
  );

  test("is told apart without an exception, in fields of the right kind", () => {
    fc.assert(
      fc.property(fc.array(header, { maxLength: 8 }), body, (headers, bytes) => {
        for (const value of Object.values(identify({ headers, body: bytes }))) {
          expect(value === null || typeof value === "string").toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("can be read as any provider's without an exception", () => {
    fc.assert(
      fc.property(fc.array(header, { maxLength: 8 }), body, (headers, bytes) => {
        for (const { id } of providers)
          expect(identify({ headers, body: bytes, provider: id }).provider).toBe(id);
      }),
      { numRuns: 300 },
    );
  });
});
