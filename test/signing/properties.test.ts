import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HeaderPairs } from "../../src/core/headers.ts";
import { publicKeySet } from "../../src/signing/_ed25519-keys.ts";
import type { SignedRequest } from "../../src/signing/_scheme.ts";
import { type SchemeName, schemeNamed, signingSchemes } from "../../src/signing/_schemes.ts";

interface Coverage {
  readonly secret: fc.Arbitrary<string>;
  readonly body?: fc.Arbitrary<Uint8Array>;
  /** What a signature depends on besides itself; each with the header that holds it. */
  readonly covers: readonly ("body" | { readonly header: string })[];
  /** Whether two headers hold the same signature by the scheme's own rules. */
  readonly isSame?: (a: string, b: string) => boolean;
}

const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" });
const bytes = fc.uint8Array({ maxLength: 300 });
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 64 })
  .map((key) => Buffer.from(key).toString("base64"));
const whsec = base64.map((key) => `whsec_${key}`);
const seed = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((key) => `seed:${Buffer.from(key).toString("base64")}`);
const kieBody = fc
  .record({ data: fc.record({ task_id: text.filter((id) => id.trim() !== "") }), code: fc.integer() })
  .map((message) => Buffer.from(JSON.stringify(message)));

/** fal and Ideogram decode the hex before they compare. */
const isSameHex = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Freepik's version is that of the secret, and any may match. */
const isSameButVersion = (a: string, b: string) => a.replace(/^v\d/, "") === b.replace(/^v\d/, "");

const body = "body";
const webhookId = { header: "webhook-id" };
const webhookTime = { header: "webhook-timestamp" };

const coverage: Readonly<Partial<Record<SchemeName, Coverage>>> = {
  "wavespeed-v3": { secret: whsec, covers: [body, webhookId, webhookTime] },
  "get3w-body": { secret: text, covers: [body] },
  "wazza-timestamped": { secret: text, covers: [body, { header: "x-wazza-timestamp" }] },
  "wazza-body": { secret: text, covers: [body] },
  "fal-ed25519": {
    secret: seed,
    isSame: isSameHex,
    covers: [
      body,
      { header: "X-Fal-Webhook-Request-Id" },
      { header: "X-Fal-Webhook-User-Id" },
      { header: "X-Fal-Webhook-Timestamp" },
    ],
  },
  "standard-webhooks-v1": { secret: whsec, covers: [body, webhookId, webhookTime] },
  "standard-webhooks-v1a": { secret: seed, covers: [body, webhookId, webhookTime] },
  "elevenlabs-v0": { secret: text, covers: [body] },
  "heygen-v3": { secret: text, covers: [body] },
  "heygen-legacy": { secret: text, covers: [body] },
  "bfl-sha256": { secret: text, covers: [body] },
  freepik: { secret: text, covers: [body, webhookId, webhookTime], isSame: isSameButVersion },
  kie: { secret: text, body: kieBody, covers: [{ header: "X-Webhook-Timestamp" }] },
  "ideogram-ed25519": {
    secret: seed,
    isSame: isSameHex,
    covers: [
      body,
      { header: "X-Ideogram-Webhook-Generation-Id" },
      { header: "X-Ideogram-Webhook-User-Id" },
      { header: "X-Ideogram-Webhook-Timestamp" },
    ],
  },
  "atlascloud-ed25519": { secret: seed, covers: [body, { header: "X-AtlasCloud-Webhook-Timestamp" }] },
  deapi: { secret: text, covers: [body, { header: "X-DeAPI-Timestamp" }] },
  "magic-hour": { secret: text, covers: [body, { header: "magic-hour-event-timestamp" }] },
  "mux-v1": { secret: text, covers: [body] },
  "sync-v1": { secret: text, covers: [body] },
};

const signing = Object.entries(coverage) as [SchemeName, Coverage][];

const delivery = ({ secret, body: bodies = bytes }: Coverage) =>
  fc.record({
    secret,
    body: bodies,
    id: fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/),
    user: fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/),
    timestamp: fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }),
    place: fc.nat(),
    bit: fc.nat({ max: 7 }),
  });

type Inputs = ReturnType<typeof delivery> extends fc.Arbitrary<infer Value> ? Value : never;

function signed(scheme: SchemeName, { secret, body: content, id, user, timestamp }: Inputs): SignedRequest {
  const { headers } = schemeNamed(scheme).sign({ secret, body: content, id, timestamp, params: { user } });
  return { headers, body: content, receivedAt: timestamp * 1000 };
}

const verdictOf = (scheme: SchemeName, request: SignedRequest, secret: string) =>
  schemeNamed(scheme).examine(request, secret).verification.verdict;

describe.each(signing)("%s", (scheme, covered) => {
  test("verifies what it signs, whatever the secret, the body and the time", () =>
    fc.assert(
      fc.property(delivery(covered), (inputs) => {
        expect(verdictOf(scheme, signed(scheme, inputs), inputs.secret)).toBe("verified");
      }),
    ));

  test("rejects the delivery with any bit of its signature header flipped", () =>
    fc.assert(
      fc.property(delivery(covered), (inputs) => {
        const request = signed(scheme, inputs);
        const [name = "", value = ""] = request.headers.at(-1) ?? [];
        const flipped = flipBit(value, inputs);
        fc.pre(!covered.isSame?.(value, flipped));
        const headers = withHeader(request.headers, name, flipped);
        expect(verdictOf(scheme, { ...request, headers }, inputs.secret)).toBe("rejected");
      }),
    ));

  test.each(covered.covers.map((part) => [part === body ? "body" : part.header, part] as const))(
    "rejects it with any bit of its %s flipped",
    (_name, part) =>
      fc.assert(
        fc.property(delivery(covered), (inputs) => {
          const request = signed(scheme, inputs);
          fc.pre(part !== body || request.body.length > 0);
          const changed =
            part === body
              ? { ...request, body: Buffer.from(flipBit(latin1(request.body), inputs), "latin1") }
              : { ...request, headers: flipHeader(request.headers, part.header, inputs) };
          expect(verdictOf(scheme, changed, inputs.secret)).toBe("rejected");
        }),
      ),
  );
});

describe("a public key", () => {
  test("set verifies what its private key signed, and another does not", () =>
    fc.assert(
      fc.property(delivery({ secret: seed, covers: [] }), seed, (inputs, other) => {
        fc.pre(other !== inputs.secret);
        const scheme = schemeNamed("fal-ed25519");
        const request = signed("fal-ed25519", inputs);
        expect(scheme.examine(request, publicKeySet(inputs.secret)).verification.verdict).toBe("verified");
        expect(
          scheme.examine(request, JSON.stringify(publicKeySet(inputs.secret))).verification.verdict,
        ).toBe("verified");
        expect(scheme.examine(request, publicKeySet(other)).verification.reason).toBe("mismatch");
      }),
    ));
});

test("every scheme that signs is among these", () =>
  expect(signingSchemes.map(({ name }) => name).filter((name) => coverage[name] === undefined)).toEqual([
    "query-token",
    "shared-header",
    "unsigned",
  ]));

test("a token comes through every URL and header that it is put into", () =>
  fc.assert(
    fc.property(text, fc.webUrl({ withQueryParameters: true, withFragments: true }), (secret, target) => {
      const request = { body: new Uint8Array(), receivedAt: 0 };
      const query = schemeNamed("query-token");
      const { url } = query.sign({ secret, url: target, body: request.body, timestamp: 0 });
      expect(query.examine({ ...request, headers: [], url }, secret).verification.verdict).toBe("verified");

      const header = schemeNamed("shared-header");
      const { headers } = header.sign({ secret, body: request.body, timestamp: 0 });
      expect(header.examine({ ...request, headers }, secret).verification.verdict).toBe("verified");
      expect(header.examine({ ...request, headers }, `${secret}x`).verification.reason).toBe("mismatch");
    }),
  ));

const latin1 = (content: Uint8Array) => Buffer.from(content).toString("latin1");

function flipBit(value: string, { place, bit }: Inputs): string {
  const content = Buffer.from(value, "latin1");
  const index = place % content.length;
  content[index] = (content[index] ?? 0) ^ (1 << bit);
  return content.toString("latin1");
}

function flipHeader(headers: HeaderPairs, name: string, inputs: Inputs): HeaderPairs {
  const value = headers.find(([field]) => field === name)?.[1];
  if (value === undefined) throw new Error(`no ${name} was signed`);
  return withHeader(headers, name, flipBit(value, inputs));
}

const withHeader = (headers: HeaderPairs, name: string, value: string): HeaderPairs =>
  headers.map(([field, old]) => (field === name ? [field, value] : [field, old]));
