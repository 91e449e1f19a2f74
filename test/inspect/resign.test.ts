import { describe, expect, test } from "vitest";
import type { HeaderPairs } from "../../src/core/headers.ts";
import { forgeDelivery } from "../../src/inspect/forge.ts";
import { changedHeaders, resign, withBody, withHeaders } from "../../src/inspect/resign.ts";
import { verifyDelivery } from "../../src/inspect/verify.ts";
import { providerNamed } from "../../src/providers/_find.ts";
import type { Provider } from "../../src/providers/_provider.ts";
import { providers } from "../../src/providers/_registry.ts";
import { schemeNamed } from "../../src/signing/_schemes.ts";
import { secretOf, seededRandom } from "../providers/seeded.ts";

const now = Date.parse("2026-01-16T10:30:45.678Z");
const DAY = 86_400_000;

const cases = (providers as readonly Provider[]).flatMap((provider) =>
  provider.schemes
    .filter(({ scheme }) => scheme !== "unsigned")
    .map(({ scheme }) => [provider.id, scheme] as const),
);

describe.each(cases)("%s by %s, signed again a day later", (id, scheme) => {
  const provider = providerNamed(id);
  const random = seededRandom(`${id}/${scheme}`);
  const secret = secretOf(schemeNamed(scheme).secretKind, random);
  const event = provider.events[0]?.name ?? "";
  const forged = forgeDelivery({ provider: id, event, scheme, secret, now, random, path: "/hooks?x=1" });
  // As it comes through a front: other fields stand before, between and behind.
  const headers: HeaderPairs = [
    ["Host", "calm-fox.example"],
    ...forged.headers.flatMap((pair, i): HeaderPairs => [pair, [`X-Between-${i}`, String(i)]]),
    ["X-Twice", "1"],
    ["X-Twice", "2"],
  ];
  const request = { headers, path: forged.path, body: forged.body };
  const again = resign({ request, provider, secret, now: now + DAY });

  test("is verified then", () => {
    const verdict = verifyDelivery({
      request: { headers: again.headers, body: again.body, url: again.path, receivedAt: now + DAY },
      schemes: provider.schemes,
      secret,
    });
    expect(verdict).toMatchObject({ verdict: "verified" });
  });

  test("is what it was but for the time and the signature", () => {
    expect(again.body).toBe(request.body);
    expect(again.path).toBe(request.path);
    expect(again.headers.map(([name]) => name)).toEqual(headers.map(([name]) => name));
    const fresh = changedHeaders(headers, again.headers).map(([name]) => name);
    for (const name of fresh) expect(name).toMatch(/timestamp|signature/i);
  });

  test("at its own moment is itself", () => {
    expect(resign({ request, provider, secret, now })).toEqual(request);
  });
});

test("Svix's own names stay", () => {
  const provider = providerNamed("standard-webhooks");
  const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  const options = { provider: provider.id, event: "completed", secret, now, random: seededRandom(1) };
  const { headers, ...rest } = forgeDelivery({ ...options, params: { headers: "svix" } });
  const again = resign({ request: { ...rest, headers }, provider, secret, now: now + DAY });
  expect(again.headers.map(([name]) => name)).toEqual([
    "Content-Type",
    "svix-id",
    "svix-timestamp",
    "svix-signature",
  ]);
});

test("a changed body gets its length and a signature of its own", () => {
  const provider = providerNamed("wavespeed");
  const forged = forgeDelivery({
    provider: "wavespeed",
    event: "failed",
    secret: "s",
    now,
    random: seededRandom(1),
  });
  const headers: HeaderPairs = [...forged.headers, ["content-length", String(forged.body.length)]];
  const changed = withBody({ ...forged, headers }, Buffer.from('{"status":"ok"}'));
  expect(changed.headers.at(-1)).toEqual(["content-length", "15"]);
  const again = resign({ request: changed, provider, secret: "s", now });
  expect(changedHeaders(headers, again.headers).map(([name]) => name)).toEqual([
    "webhook-signature",
    "content-length",
  ]);
});

test("a header is set in its place and spelling, its repeats go, and a new one comes last", () => {
  const before: HeaderPairs = [
    ["A", "1"],
    ["x-B", "2"],
    ["X-b", "3"],
  ];
  expect(
    withHeaders(before, [
      ["X-B", "4"],
      ["C", "5"],
    ]),
  ).toEqual([
    ["A", "1"],
    ["x-B", "4"],
    ["C", "5"],
  ]);
});

test.each([
  ["luma", "secret", "E_NO_SIGNATURE", /--no-resign/],
  ["wavespeed", null, "E_NO_SECRET", /hookspool secret set wavespeed/],
] as const)("of %s with the secret %s it is said why it cannot be signed", (id, secret, code, hint) => {
  const request = { headers: [], path: "/", body: Buffer.from("{}") };
  expect(() => resign({ request, provider: providerNamed(id), secret, now })).toThrow(
    expect.objectContaining({ code, fault: "user", hint: expect.stringMatching(hint) }),
  );
});
