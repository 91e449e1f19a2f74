import { describe, expect, test } from "vitest";
import { type Flaw, type ForgedDelivery, forgeDelivery } from "../../src/inspect/forge.ts";
import type { Provider, SchemeUse } from "../../src/providers/_provider.ts";
import { providers } from "../../src/providers/_registry.ts";
import { type SchemeName, schemeNamed } from "../../src/signing/_schemes.ts";
import { secretOf, seededRandom } from "../providers/seeded.ts";

const catalogue: readonly Provider[] = providers;
const now = Date.parse("2026-01-16T10:30:45.678Z");

const cases = catalogue.flatMap((provider) =>
  provider.schemes
    .filter(({ scheme }) => scheme !== "unsigned")
    .flatMap((use) => provider.events.map(({ name }) => [provider.id, name, use.scheme, use] as const)),
);

/** Schemes under which a changed body goes unseen. */
const bodyBlind: ReadonlySet<SchemeName> = new Set(["kie", "shared-header", "query-token"]);

describe.each(cases)("%s %s forged by %s", (provider, event, schemeName, use) => {
  const random = seededRandom(`${provider}/${event}/${schemeName}`);
  const scheme = schemeNamed(schemeName);
  const secret = secretOf(scheme.secretKind, random);

  const forge = (flaw?: Flaw) =>
    forgeDelivery({ provider, event, scheme: schemeName, secret, now, random, path: "/hooks?x=1", flaw });
  const verdictOf = (delivery: ForgedDelivery, receivedAt = now) =>
    examine(use, delivery, secret, receivedAt);

  test("is verified", () => {
    expect(verdictOf(forge())).toMatchObject({ verdict: "verified" });
  });

  test.skipIf(bodyBlind.has(schemeName))("is rejected when one byte of the body has changed", () => {
    const delivery = forge();
    for (const at of [0, Math.floor(delivery.body.length / 2), delivery.body.length - 1]) {
      const body = delivery.body.with(at, (delivery.body[at] as number) ^ 1);
      expect(verdictOf({ ...delivery, body })).toMatchObject({ verdict: "rejected", reason: "mismatch" });
    }
  });

  test("is rejected without its signature", () => {
    expect(verdictOf(forge("unsigned"))).toMatchObject({ verdict: "rejected", reason: "missing" });
  });

  test("is rejected with a stranger's signature", () => {
    expect(verdictOf(forge("bad-signature"))).toMatchObject({ verdict: "rejected", reason: "mismatch" });
  });

  test.skipIf(scheme.toleranceSeconds === null)("is rejected when it was signed too long ago", () => {
    expect(verdictOf(forge("stale"))).toMatchObject({ verdict: "rejected", reason: "stale" });
    const lateBy = (scheme.toleranceSeconds ?? 0) * 1000;
    expect(verdictOf(forge(), now + lateBy)).toMatchObject({ verdict: "verified" });
    expect(verdictOf(forge(), now + lateBy + 1000)).toMatchObject({ verdict: "rejected", reason: "stale" });
  });
});

function examine(use: SchemeUse, delivery: ForgedDelivery, secret: string | null, receivedAt: number) {
  const { headers, body, path } = delivery;
  return schemeNamed(use.scheme).examine({ headers, body, url: path, receivedAt }, secret, use.params)
    .verification;
}
