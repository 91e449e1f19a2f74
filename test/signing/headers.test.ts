import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { HeaderPairs } from "../../src/core/headers.ts";
import type { Secret } from "../../src/signing/_scheme.ts";
import { type SchemeName, schemeNamed } from "../../src/signing/_schemes.ts";

const body = Buffer.from("{}");
const timestamp = 1_767_225_600;
const whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const signed = (scheme: SchemeName, secret: Secret, at = timestamp): HeaderPairs =>
  schemeNamed(scheme).sign({ secret, body, id: "msg_1", timestamp: at }).headers;

const examine = (scheme: SchemeName, headers: HeaderPairs, secret: Secret, receivedAt = timestamp * 1000) =>
  schemeNamed(scheme).examine({ headers, body, receivedAt }, secret).verification;

const without = (headers: HeaderPairs, name: string) => headers.filter(([field]) => field !== name);

const wavespeed = signed("wavespeed-v3", whsec);
const standard = signed("standard-webhooks-v1", whsec);
const rotated = signed("standard-webhooks-v1", "whsec_b3RoZXI=");
const mux = signed("mux-v1", "s");

describe("a header that comes twice", () => {
  test.each<[string, SchemeName, HeaderPairs, Secret, string | null]>([
    [
      "as a single signature is malformed",
      "wavespeed-v3",
      [...wavespeed, ...wavespeed.slice(2)],
      whsec,
      "malformed",
    ],
    ["as an id is malformed", "wavespeed-v3", [...wavespeed, ["Webhook-Id", "other"]], whsec, "malformed"],
    [
      "as a time is malformed",
      "wavespeed-v3",
      [["webhook-timestamp", "1"], ...wavespeed],
      whsec,
      "malformed",
    ],
    ["as a list goes on with it", "standard-webhooks-v1", [...rotated.slice(2), ...standard], whsec, null],
    ["as pairs has one time too many", "mux-v1", [...mux, ...mux], "s", "malformed"],
    ["as pairs may add a signature", "mux-v1", [["Mux-Signature", "v1=00"], ...mux], "s", null],
    [
      "as a shared secret is malformed",
      "shared-header",
      [
        ["Authorization", "s"],
        ["authorization", "s"],
      ],
      "s",
      "malformed",
    ],
  ])("%s", (_case, scheme, headers, secret, reason) =>
    expect(examine(scheme, headers, secret)).toMatchObject({
      verdict: reason ? "rejected" : "verified",
      reason,
    }),
  );
});

describe("of several faults the first counts:", () => {
  const fal = signed("fal-ed25519", `seed:${Buffer.alloc(32, 7).toString("base64")}`);
  const twice: HeaderPairs = [...wavespeed, ["webhook-id", "other"]];
  test.each<[string, SchemeName, HeaderPairs, Secret, string]>([
    ["missing before malformed", "wavespeed-v3", without(twice, "webhook-signature"), whsec, "missing"],
    [
      "malformed before stale",
      "wavespeed-v3",
      [...signed("wavespeed-v3", whsec, 1), ["webhook-id", "x"]],
      whsec,
      "malformed",
    ],
    ["stale before mismatch", "wavespeed-v3", signed("wavespeed-v3", "other", 1), whsec, "stale"],
    ["stale before a key that is none", "fal-ed25519", signed("fal-ed25519", seedOf(1), 1), "text", "stale"],
    ["then mismatch", "fal-ed25519", fal, { keys: [] }, "mismatch"],
  ])("%s", (_case, scheme, headers, secret, reason) =>
    expect(examine(scheme, headers, secret)).toMatchObject({ verdict: "rejected", reason }),
  );
});

describe("a limit of N seconds lets N pass, counted in whole ones", () => {
  test.each([
    ["300.999 s after", 300_999, "verified"],
    ["301 s after", 301_000, "rejected"],
    ["300 s before", -300_000, "verified"],
    ["300.001 s before", -300_001, "rejected"],
  ])("%s", (_case, ms, verdict) =>
    expect(examine("wavespeed-v3", wavespeed, whsec, timestamp * 1000 + ms)).toMatchObject({ verdict }),
  );
});

describe("a key set that is no such thing verifies nothing:", () => {
  const headers = signed("fal-ed25519", seedOf(7));
  test.each<[string, Secret]>([
    ["a text", "hello"],
    ["a number in JSON", "7"],
    ["an array in JSON", "[1]"],
    ["a set of nothing", { keys: [null] as never }],
    ["a set that is null", { keys: null } as never],
    ["a key without its bytes", { kty: "OKP", crv: "Ed25519" }],
    ["a key of other bytes", { kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32, 255).toString("base64url") }],
    ["a key too short", { kty: "OKP", crv: "Ed25519", x: "AAAA" }],
    ["a public key too short", "whpk_AAAA"],
    ["bytes", Buffer.alloc(32, 7)],
  ])("%s", (_case, secret) =>
    expect(examine("fal-ed25519", headers, secret)).toMatchObject({
      verdict: "rejected",
      reason: "mismatch",
    }),
  );

  test("and a key set is no secret of an HMAC", () =>
    expect(examine("wavespeed-v3", wavespeed, { keys: [] })).toMatchObject({ reason: "mismatch" }));
});

test.each<[string, SchemeName, Secret, string]>([
  ["a prefix and nothing after it", "wavespeed-v3", "whsec_", ""],
  ["no bytes", "wavespeed-v3", new Uint8Array(), ""],
])("nobody can sign with %s", (_case, scheme, secret, key) => {
  const content = `msg_1.${timestamp}.${body}`;
  const forged = `v3,${createHmac("sha256", key).update(content).digest("hex")}`;
  const headers: HeaderPairs = [...wavespeed.slice(0, 2), ["webhook-signature", forged]];
  expect(examine(scheme, headers, secret)).toMatchObject({ verdict: "rejected", reason: "mismatch" });
  expect(() => signed(scheme, secret)).toThrow(expect.objectContaining({ code: "E_CANNOT_SIGN" }));
});

function seedOf(byte: number): string {
  return `seed:${Buffer.alloc(32, byte).toString("base64")}`;
}
