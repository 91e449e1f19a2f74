import OpenAI from "openai";
import { validateWebhook } from "replicate";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { describe, expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { SignInputs } from "../../src/signing/_scheme.ts";
import { type SchemeName, schemeNamed } from "../../src/signing/_schemes.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const text =
  '{"id":"evt_1","type":"video.completed","data":{"prompt":"Krake – \\u00e4 – 🐙","seed":196619188014358660}}';
const now = Math.floor(Date.now() / 1000);

const sign = (scheme: SchemeName, inputs: Partial<SignInputs> = {}) =>
  schemeNamed(scheme).sign({ secret, body: Buffer.from(text), id: "msg_1", timestamp: now, ...inputs });

const standard = Object.fromEntries(sign("standard-webhooks-v1").headers);
const svix = Object.fromEntries(sign("standard-webhooks-v1", { params: { headers: "svix" } }).headers);

describe("the receivers' own libraries", () => {
  const libraries: readonly (readonly [string, (body: string) => unknown])[] = [
    ["standardwebhooks", (body) => new StandardWebhook(secret).verify(body, standard)],
    ["svix", (body) => new SvixWebhook(secret).verify(body, svix)],
    ["openai", (body) => new OpenAI({ apiKey: "none" }).webhooks.unwrap(body, standard, secret)],
    ["replicate", askReplicate],
  ];

  test.each(libraries)("of %s take what is signed here", async (_library, check) => {
    await check(text);
  });

  test.each(libraries)("of %s throw when it has one byte more", async (_library, check) => {
    await expect((async () => check(`${text} `))()).rejects.toThrow();
  });
});

/** Its answer is a boolean, where the others throw. */
async function askReplicate(body: string) {
  const {
    "webhook-id": id = "",
    "webhook-timestamp": timestamp = "",
    "webhook-signature": signature = "",
  } = standard;
  if (!(await validateWebhook({ id, timestamp, signature, body, secret }))) throw new Error("refused");
}

test("an OpenAI secret without whsec_ is a text, and its library agrees", async () => {
  const { headers } = sign("standard-webhooks-v1", { secret: "plainsecret1", params: { dialect: "openai" } });
  const { webhooks } = new OpenAI({ apiKey: "none" });
  expect(await webhooks.unwrap(text, Object.fromEntries(headers), "plainsecret1")).toMatchObject({
    id: "evt_1",
  });
});

test.each([
  [
    "keeps the other parameters",
    "https://a.test/in?project=7&q=%20x#top",
    "https://a.test/in?project=7&q=%20x&token=s%2Bt#top",
  ],
  ["replaces an old token", "https://a.test/in?token=old&b", "https://a.test/in?b&token=s%2Bt"],
  ["takes a path", "/in", "/in?token=s%2Bt"],
])("a token in the URL %s", (_case, url, signed) =>
  expect(sign("query-token", { url, secret: "s+t" })).toEqual({ headers: [], url: signed }),
);

test("a shared secret goes into the header that is named", () =>
  expect(
    sign("shared-header", { secret: "s", params: { header: "Authorization", prefix: "Bearer " } }).headers,
  ).toEqual([["Authorization", "Bearer s"]]));

test("a shared secret beyond ASCII goes as bytes, as Node writes headers", () => {
  const { headers } = sign("shared-header", { secret: "Schlüssel" });
  expect(headers).toEqual([["Authorization", "SchlÃ¼ssel"]]);
  const request = { headers, body: new Uint8Array(), receivedAt: 0 };
  expect(schemeNamed("shared-header").examine(request, "Schlüssel").verification.verdict).toBe("verified");
});

test("where nothing is signed, nothing is added", () =>
  expect(sign("unsigned", { secret: null, url: "/in" })).toEqual({ headers: [], url: "/in" }));

test.each<[string, SchemeName, Partial<SignInputs>]>([
  ["no secret", "get3w-body", { secret: null }],
  ["an empty secret", "get3w-body", { secret: "" }],
  ["no id", "wavespeed-v3", { id: undefined }],
  ["a body without a task id", "kie", {}],
  ["a text where a private key is needed", "fal-ed25519", {}],
  [
    "a public key where a private one is needed",
    "standard-webhooks-v1a",
    { secret: "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=" },
  ],
  ["a key set where a text is needed", "mux-v1", { secret: { keys: [] } }],
  ["no token", "query-token", { secret: null }],
  ["no shared secret", "shared-header", { secret: null }],
])("with %s, %s cannot sign and says so", (_case, scheme, inputs) => {
  expect(() => sign(scheme, inputs)).toThrow(AppError);
  expect(() => sign(scheme, inputs)).toThrow(
    expect.objectContaining({ code: "E_CANNOT_SIGN", fault: "user" }),
  );
});
