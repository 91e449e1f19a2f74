import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { forgeDelivery } from "../../src/inspect/forge.ts";
import { identify, readDelivery } from "../../src/inspect/identify.ts";
import { type Provider, type Sign, signs } from "../../src/providers/_provider.ts";
import { providers } from "../../src/providers/_registry.ts";
import { schemeNamed } from "../../src/signing/_schemes.ts";
import { secretOf, seededRandom } from "../providers/seeded.ts";

const catalogue: readonly Provider[] = providers;
const now = Date.parse("2026-01-16T10:30:45.678Z");

test("every file of the folder is in the catalogue, in order, and gives its provider its id", () => {
  const files = readdirSync(new URL("../../src/providers/", import.meta.url))
    .filter((file) => !file.startsWith("_"))
    .map((file) => file.replace(/\.ts$/, ""))
    .sort();
  expect(catalogue.map(({ id }) => id)).toEqual(files);
});

describe.each(catalogue.map((provider) => [provider.id, provider] as const))("%s", (_id, provider) => {
  test("names a source for its facts", () => {
    expect(provider.sources.length).toBeGreaterThan(0);
    for (const { title, url } of provider.sources) {
      expect(title).not.toBe("");
      if (url !== undefined) expect(new URL(url).protocol).toBe("https:");
    }
  });

  test("says in sentences what it leaves open and what was chosen there", () => {
    expect(provider.registration.how).toMatch(/\.$/);
    expect(provider.undocumented.length).toBeGreaterThan(0);
    for (const sentence of [...provider.undocumented, ...provider.ourChoice]) {
      expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
    }
  });

  test("retries a finite number of times, after delays that are not negative", () => {
    const { delaysMs, jitter, capMs, success } = provider.retries;
    expect(delaysMs[0]).toBe(0);
    expect(delaysMs.length).toBeLessThanOrEqual(31);
    for (const delay of delaysMs) {
      expect(Number.isFinite(delay) && delay >= 0).toBe(true);
      if (capMs !== null) expect(delay).toBeLessThanOrEqual(capMs);
    }
    expect(delaysMs.reduce((sum, delay) => sum + delay, 0)).toBeLessThanOrEqual(77 * 3_600_000);
    expect(jitter >= 0 && jitter <= 1).toBe(true);
    expect(success[0]).toBe(200);
  });

  test("has a timeout that is not shorter than the time it advises to answer in", () => {
    const { advisedMs, timeoutMs } = provider.limits;
    expect(timeoutMs).toBeGreaterThan(0);
    expect(advisedMs ?? 0).toBeLessThanOrEqual(timeoutMs);
  });

  test("has events of different names, one of them a result", () => {
    const names = provider.events.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(provider.events.some(({ event }) => event === "completed")).toBe(true);
  });

  describe.each(provider.events.map((event) => [event.name, event] as const))("%s", (name, event) => {
    const random = seededRandom(`${provider.id}/${name}`);
    const job = provider.newJob(random);
    const ways = [...provider.schemes.map(({ scheme }) => scheme), undefined].flatMap((scheme) =>
      [undefined, "unsigned" as const].map((flaw) => [flaw ?? scheme ?? "default", scheme, flaw] as const),
    );

    test.each(ways)("is recognised as nobody else's when sent %s", (_way, scheme, flaw) => {
      const use = provider.schemes.find((candidate) => scheme === undefined || candidate.scheme === scheme);
      const secret = use === undefined ? null : secretOf(schemeNamed(use.scheme).secretKind, random);
      const { headers, body } = forgeDelivery({
        ...{ provider: provider.id, event: name, job, now, random },
        ...{ scheme, secret, flaw },
      });

      const identity = identify({ headers, body });
      expect(identity).toMatchObject({ provider: provider.id, event: event.event });
      expect(identity.eventName).not.toBeNull();
      if (event.event !== null) {
        expect(identity.job).toContain(job);
        expect(identity.dedupeKey).not.toBeNull();
      }

      const received = readDelivery(headers, body);
      const own = rank(provider.recognises(received));
      for (const other of catalogue) {
        if (other === provider) continue;
        expect(rank(other.recognises(received)), `${other.id} is as sure as ${provider.id}`).toBeGreaterThan(
          own,
        );
      }
    });

    test("is the same for the same random bytes, and another for others", () => {
      const forge = (seed: string) =>
        Buffer.from(
          forgeDelivery({
            ...{ provider: provider.id, event: name, now, secret: null, flaw: "unsigned" },
            random: seededRandom(seed),
          }).body,
        ).toString();
      expect(forge("a")).toBe(forge("a"));
      expect(forge("a")).not.toBe(forge("b"));
    });
  });
});

/** How sure a sign is, 0 the surest. */
function rank(sign: Sign | null): number {
  return sign === null ? signs.length : signs.indexOf(sign);
}
