import { describe, expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { SchemesOfProvider } from "../../src/inspect/_scheme-choice.ts";
import { examineDelivery, type VerifyInput, verifySignature } from "../../src/inspect/verify.ts";
import { type SchemeChoice, schemeNamed } from "../../src/signing/_schemes.ts";
import { paramsOf, requestOf, vectors } from "../signing/vectors.ts";

const secret = "your-webhook-secret";
const body = Buffer.from('{"event":"job.completed","jobId":"job_1"}');
const timestamp = 1_767_225_600;
const now = timestamp * 1000;

const wazza: readonly SchemeChoice[] = [{ scheme: "wazza-timestamped" }, { scheme: "wazza-body" }];
const runware: readonly SchemeChoice[] = [{ scheme: "query-token", params: { param: "token" } }];
const schemesOf: SchemesOfProvider = (provider) =>
  ({
    wazza,
    runware,
    kling: [{ scheme: "unsigned" }] as const,
    pollo: [],
    openai: [{ scheme: "standard-webhooks-v1", params: { dialect: "openai" } }] as const,
  })[provider];

const signed = (scheme: SchemeChoice["scheme"]) =>
  schemeNamed(scheme).sign({ secret, body, timestamp }).headers;
const input = (changes: Partial<VerifyInput>): VerifyInput => ({
  secret,
  headers: [],
  body,
  now,
  ...changes,
});
const verify = (changes: Partial<VerifyInput>) => verifySignature(input(changes), schemesOf);

describe("a provider with two ways of signing", () => {
  test.each([
    ["its first way", signed("wazza-timestamped"), { verdict: "verified", reason: null }],
    ["its second way", signed("wazza-body"), { verdict: "verified", reason: null }],
    ["none of them", [], { verdict: "rejected", reason: "missing" }],
    ["the first, for another body", signed("wazza-timestamped"), { reason: "mismatch" }, Buffer.from("{}")],
    ["the second, for another body", signed("wazza-body"), { reason: "mismatch" }, Buffer.from("{}")],
    ["the first, long ago", signed("wazza-timestamped"), { reason: "stale" }, body, now + 301_000],
  ])("signed in %s", (_case, headers, expected, given = body, at = now) =>
    expect(verify({ provider: "wazza", headers, body: given, now: at })).toMatchObject(expected),
  );

  test("says which one fits", () =>
    expect(verify({ provider: "wazza", headers: signed("wazza-body") }).explanation).toMatch(
      /^as wazza-body: /,
    ));

  test("is examined by the one whose headers are there while no secret is known", () => {
    const request = { headers: signed("wazza-body"), body, receivedAt: now };
    expect(examineDelivery({ request, schemes: wazza, secret: null })).toMatchObject({
      choice: { scheme: "wazza-body" },
      verification: { verdict: "undecided" },
      signed: [body],
      expected: null,
      received: headerOf(request.headers),
    });
  });
});

describe("what can be shown of a signature", () => {
  const headers = signed("wazza-timestamped");
  const examined = (given: Uint8Array) =>
    examineDelivery({ request: { headers, body: given, receivedAt: now }, schemes: wazza, secret });

  test("is the signed bytes, and twice the same header when it fits", () => {
    const { signed: pieces, expected, received, signatureHeader, timestamp: time } = examined(body);
    expect(Buffer.concat(pieces ?? []).toString()).toBe(`${timestamp}.${body}`);
    expect([expected, signatureHeader, time]).toEqual([received, "x-wazza-signature", timestamp]);
  });

  test("is the header as it should have been when it does not", () => {
    const { expected, received } = examined(Buffer.from("{}"));
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
    expect(received).toMatch(/^[0-9a-f]{64}$/);
    expect(expected).not.toBe(received);
  });

  test("is nothing of a token, which is the secret itself", () => {
    const request = { headers: [], body, url: `/in?token=${secret}`, receivedAt: now };
    const examination = examineDelivery({ request, schemes: runware, secret });
    expect(examination).toMatchObject({
      verification: { verdict: "verified" },
      expected: null,
      received: null,
    });
    expect(JSON.stringify(examination)).not.toContain(secret);
  });
});

describe("undecided is", () => {
  test.each<[string, Partial<VerifyInput>]>([
    [
      "a delivery without a known secret",
      { scheme: "wazza-body", secret: null, headers: signed("wazza-body") },
    ],
    ["one without a secret and without a signature", { scheme: "wazza-body", secret: undefined }],
    ["one checked by an empty secret", { scheme: "wazza-body", secret: "", headers: signed("wazza-body") }],
    ["a token without a known secret", { provider: "runware", secret: null, url: "/in?token=x" }],
    [
      "a provider that signs in a way not known",
      { provider: "pollo", headers: [["x-webhook-signature", "x"]] },
    ],
    ["a provider that signs nothing", { provider: "kling" }],
    ["the scheme unsigned", { scheme: "unsigned" }],
  ])("%s", (_case, changes) => expect(verify(changes)).toMatchObject({ verdict: "undecided", reason: null }));
});

describe("a call takes", () => {
  const headers = signed("wazza-timestamped");
  test.each<[string, Partial<VerifyInput>]>([
    ["pairs", { headers }],
    ["an object", { headers: Object.fromEntries(headers) }],
    [
      "Node's headers",
      { headers: { ...Object.fromEntries(headers), "set-cookie": ["a", "b"], via: undefined } },
    ],
    [
      "a fetch Headers",
      { headers: new Headers(headers.map(([name, value]): [string, string] => [name, value])) },
    ],
    ["a body as text", { headers, body: body.toString() }],
    ["a Date", { headers, now: new Date(now) }],
    ["a provider and a scheme", { headers, provider: "wazza" }],
    ["a scheme that its provider does not list", { headers, provider: "kling" }],
  ])("%s", (_case, changes) =>
    expect(verify({ scheme: "wazza-timestamped", ...changes })).toMatchObject({ verdict: "verified" }),
  );

  test("parameters beside the provider's own", () =>
    expect(
      verify({ provider: "runware", params: { param: "apiKey" }, url: `/in?apiKey=${secret}` }),
    ).toMatchObject({
      verdict: "verified",
    }));

  test.each<[string, Partial<VerifyInput>]>([
    ["an unknown scheme", { scheme: "rot13" }],
    ["an unknown provider", { provider: "nobody" }],
    ["neither", {}],
    ["a time that is none", { scheme: "unsigned", now: Number.NaN }],
  ])("not %s", (_case, changes) => expect(() => verify(changes)).toThrow(AppError));
});

test("every vector has its verdict here too, by scheme and provider", () => {
  const got = vectors.map((vector) => {
    const { headers, body: bytes, url } = requestOf(vector);
    const { scheme, provider, secret: key, now: seconds } = vector;
    const choices = [{ scheme, params: paramsOf(vector) }];
    const given = { scheme, provider, secret: key, headers, body: bytes, url, now: seconds * 1000 };
    const { verdict, reason } = verifySignature(given, () => choices);
    return [
      vector.id,
      verdict === "verified" ? "valid" : reason === "malformed" || reason === "mismatch" ? "invalid" : reason,
    ];
  });
  expect(got).toEqual(vectors.map(({ id, expect: expected }) => [id, expected]));
});

const headerOf = (headers: readonly (readonly [string, string])[]) =>
  headers.find(([name]) => name === "x-wazza-signature")?.[1];
