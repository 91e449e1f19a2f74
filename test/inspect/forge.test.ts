import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { headerValue } from "../../src/core/headers.ts";
import { type ForgeOptions, forgeDelivery } from "../../src/inspect/forge.ts";
import { schemeNamed } from "../../src/signing/_schemes.ts";
import { seededRandom } from "../providers/seeded.ts";

const now = Date.parse("2026-01-16T10:30:45.678Z");
const secret = "whsec_q7GmT2vN0sYpX4eLr8Wd1uZk5HbC9aJf3oQiE6yRtS0=";

const forge = (options: Partial<ForgeOptions> = {}) =>
  forgeDelivery({
    ...{ provider: "wavespeed", event: "completed", secret, now, random: seededRandom(1) },
    ...options,
  });
const text = (options: Partial<ForgeOptions>) => Buffer.from(forge(options).body).toString();
const json = (options: Partial<ForgeOptions>) => JSON.parse(text(options));

test("a forged WaveSpeedAI delivery looks like this", () => {
  const { method, path, headers, body } = forge();
  expect({ method, path, headers, body: Buffer.from(body).toString() }).toMatchInlineSnapshot(`
    {
      "body": "{"id":"861a28df57ca4b730ff3282c9ed0adb0","model":"wavespeed-ai/flux-dev","input":{"prompt":"Octopus vs. crab chess game, underwater setting, vibrant colors"},"outputs":["https://media.example.test/octopus.png"],"urls":{"get":"https://api.wavespeed.ai/api/v3/predictions/861a28df57ca4b730ff3282c9ed0adb0/result"},"has_nsfw_contents":[false],"status":"completed","created_at":"2026-01-16T10:30:38.968000000Z","error":"","executionTime":6710,"timings":{"inference":6710}}",
      "headers": [
        [
          "Content-Type",
          "application/json",
        ],
        [
          "webhook-id",
          "861a28df57ca4b730ff3282c9ed0adb0",
        ],
        [
          "webhook-timestamp",
          "1768559445",
        ],
        [
          "webhook-signature",
          "v3,75f748b275cea2cc7082b191ba7b24e6f65105cf62d24cfbcf1b64aebf421756",
        ],
      ],
      "method": "POST",
      "path": "/",
    }
  `);
});

describe("the payload", () => {
  test("is JSON as JSON.stringify writes it", () => {
    expect(text({})).toBe(JSON.stringify(json({})));
  });

  test("has the outputs that were given, of the provider's kind", () => {
    const mediaUrls = { image: "https://m.test/i.png", video: "https://m.test/v.mp4" };
    expect(json({ mediaUrls }).outputs).toEqual(["https://m.test/i.png"]);
    expect(json({ provider: "wazza", mediaUrls }).output.url).toBe("https://m.test/v.mp4");
    expect(json({ provider: "runware", event: "audioInference", mediaUrls }).audioURL).toMatch(/\.mp3$/);
  });

  test("is changed before it is signed", () => {
    const delivery = forge({ set: ["outputs.0=https://x.test/a.png", "error=oops", "nested.list.0=7"] });
    expect(JSON.parse(Buffer.from(delivery.body).toString())).toMatchObject({
      outputs: ["https://x.test/a.png"],
      error: "oops",
      nested: { list: [7] },
    });
    const { headers, body } = delivery;
    expect(
      schemeNamed("wavespeed-v3").examine({ headers, body, receivedAt: now }, secret).verification,
    ).toMatchObject({ verdict: "verified" });
  });

  test("keeps the id beside the body in step with a changed one", () => {
    expect(headerValue(forge({ set: ["id=task_1"] }).headers, "webhook-id")).toBe("task_1");
  });

  test("can be given, and is then sent byte for byte", () => {
    const data = Buffer.from('{ "id" : "a",\n "status": 1.0 }');
    expect(forge({ data }).body).toEqual(data);
    expect(text({ data, set: ["status=completed"] })).toBe('{"id":"a","status":"completed"}');
    expect(forge({ data: Buffer.from([0xff, 0x00]) }).body).toHaveLength(2);
  });
});

describe("the event", () => {
  test.each([
    ["wazza", "job.failed", "event", "job.failed"],
    ["wazza", "failed", "event", "job.failed"],
    ["wazza", "PROCESSING", "event", "job.processing"],
    ["black-forest-labs", "completed", "status", "Ready"],
    ["replicate", "completed", "status", "succeeded"],
    ["meshy", "completed", "status", "SUCCEEDED"],
  ])("%s %s", (provider, event, field, value) => {
    expect(json({ provider, event, flaw: "unsigned" })[field]).toBe(value);
  });
});

describe("the signature", () => {
  test("is by the first variant, or the one that was named", () => {
    expect(headerValue(forge({ provider: "wazza" }).headers, "x-wazza-timestamp")).toBe("1768559445");
    const { headers } = forge({ provider: "wazza", scheme: "wazza-body" });
    expect(headers.map(([name]) => name)).toEqual(["Content-Type", "x-wazza-signature"]);
  });

  test("of Runware is the token in the URL's query, beside what stands there", () => {
    const token = "a+b";
    expect(forge({ provider: "runware", secret: token, path: "/hooks?x=1" }).path).toBe(
      "/hooks?x=1&token=a%2Bb",
    );
    expect(forge({ provider: "runware", secret: token, params: { param: "apiKey" } }).path).toBe(
      "/?apiKey=a%2Bb",
    );
    expect(forge({ provider: "runware", secret: null, path: "/hooks?x=1" }).path).toBe("/hooks?x=1");
    expect(forge({ provider: "runware", secret: token, flaw: "unsigned" }).path).toBe("/");
  });

  test("of fal is by a private key of one's own", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const { headers, body } = forge({
      provider: "fal",
      event: "OK",
      secret: privateKey.export({ format: "jwk" }),
    });
    const keys = { keys: [publicKey.export({ format: "jwk" })] };
    const { verification } = schemeNamed("fal-ed25519").examine({ headers, body, receivedAt: now }, keys);
    expect(verification).toMatchObject({ verdict: "verified" });
  });

  test.each(["runware", "kie", "black-forest-labs", "assemblyai", "kling", "pollo"])(
    "of %s is left out without a secret, as the provider does",
    (provider) => {
      expect(() => forge({ provider, secret: null })).not.toThrow();
    },
  );

  test("is left out on request, with the id and the time still there", () => {
    const names = forge({ secret: null, flaw: "unsigned" }).headers.map(([name]) => name);
    expect(names).toEqual(["Content-Type", "webhook-id", "webhook-timestamp"]);
  });
});

describe("what cannot be forged is said", () => {
  test.each<[string, Partial<ForgeOptions>, string, RegExp]>([
    ["an unknown provider", { provider: "wavespeeed" }, "E_NO_PROVIDER", /Did you mean "wavespeed"\?/],
    ["a provider like no other", { provider: "acme" }, "E_NO_PROVIDER", /There are .*wazza/],
    [
      "an unknown event",
      { event: "complete" },
      "E_NO_EVENT",
      /Did you mean "completed"\? There are completed, failed/,
    ],
    ["no secret", { secret: null }, "E_NO_SECRET", /hookspool secret set wavespeed.*--unsigned/],
    [
      "a stale delivery without a time",
      { provider: "get3w", flaw: "stale" },
      "E_NO_TIMESTAMP",
      /--bad-signature/,
    ],
    [
      "a stale delivery of one who signs nothing",
      { provider: "kling", flaw: "stale" },
      "E_NO_SIGNATURE",
      /which/,
    ],
    [
      "a wrong signature of one who has none",
      { provider: "luma", flaw: "bad-signature" },
      "E_NO_SIGNATURE",
      /which/,
    ],
    ["another's way to sign", { scheme: "wazza-body" }, "E_NO_SCHEME", /It signs by wavespeed-v3/],
    ["an assignment without a path", { set: ["=1"] }, "E_BAD_SET", /--set/],
    ["an assignment into nowhere", { set: ["outputs.9=1"] }, "E_BAD_SET", /--set/],
    ["a change to what is not JSON", { data: Buffer.from("x"), set: ["a=1"] }, "E_NOT_JSON", /--data/],
  ])("%s", (_case, options, code, hint) => {
    expect(() => forge(options)).toThrow(
      expect.objectContaining({ code, fault: "user", hint: expect.stringMatching(hint) }),
    );
  });
});
