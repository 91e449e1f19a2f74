import { expect, test } from "vitest";
import { providerNamed } from "../../src/providers/_find.ts";
import { createKeyRing } from "../../src/wiring/key-ring.ts";
import type { KeySetsByUrl } from "../../src/wiring/key-sets.ts";

const fal = providerNamed("fal");
const url = "https://rest.alpha.fal.ai/.well-known/jwks.json";
const minute = 60_000;
const hour = 60 * minute;
const begin = 1_790_000_000_000;

function ringAt(start: number, keySets: KeySetsByUrl = {}, secrets: Record<string, string> = {}) {
  let time = start;
  const ring = createKeyRing({ secrets, keySets, keySetUrls: {}, now: () => time });
  return {
    ring,
    pass: (ms: number) => (time += ms),
    fetched: () => ({ keySet: { keys: [], fetchedAt: time } }),
  };
}

test("the documented address is where keys come from, unless a secret is known", () => {
  expect(ringAt(begin).ring.sourceOf(fal)).toBe(url);
  expect(ringAt(begin, {}, { fal: "{}" }).ring.sourceOf(fal)).toBeUndefined();
  expect(ringAt(begin).ring.sourceOf(providerNamed("wazza"))).toBeUndefined();
});

test("one fetch at a time, again after a minute if it failed, and after five if it did not", () => {
  const { ring, pass, fetched } = ringAt(begin);
  expect(ring.shouldFetch(url)).toBe(true);
  expect(ring.shouldFetch(url)).toBe(false);
  ring.settle(url, { problem: "offline" });
  expect(ring.problemOf(url)).toBe("offline");
  expect(ring.shouldFetch(url)).toBe(false);
  pass(minute);
  expect(ring.shouldFetch(url)).toBe(true);
  ring.settle(url, fetched());
  expect(ring.problemOf(url)).toBeUndefined();
  pass(5 * minute - 1);
  expect(ring.shouldFetch(url)).toBe(false);
  pass(1);
  expect(ring.shouldFetch(url)).toBe(true);
});

test.each([
  ["used until they are a day old", 24 * hour - 1, true],
  ["not used from then on", 24 * hour, false],
])("kept keys are %s", (_case, age, used) => {
  const { ring } = ringAt(begin, { [url]: { keys: [], fetchedAt: begin - age } });
  expect(ring.secretOf(fal) !== null).toBe(used);
});
