import { describe, expect, test } from "vitest";
import { type Flaw, type ForgedDelivery, forgeDelivery } from "../../src/inspect/forge.ts";
import { verifyDelivery } from "../../src/inspect/verify.ts";
import { providerNamed } from "../../src/providers/_find.ts";
import type { Provider } from "../../src/providers/_provider.ts";
import { providers } from "../../src/providers/_registry.ts";
import { type SchemeName, schemeNamed } from "../../src/signing/_schemes.ts";
import { secretOf, seededRandom } from "../providers/seeded.ts";

const catalogue: readonly Provider[] = providers;
const now = Date.parse("2026-01-16T10:30:45.678Z");

const cases = catalogue.flatMap((provider) =>
  provider.schemes
    .filter(({ scheme }) => scheme !== "unsigned")
    .flatMap(({ scheme }) => provider.events.map(({ name }) => [provider.id, name, scheme] as const)),
);

/** Schemes under which a changed body goes unseen. */
const bodyBlind: ReadonlySet<SchemeName> = new Set(["kie", "shared-header", "query-token"]);

describe.each(cases)("%s %s forged by %s", (id, event, schemeName) => {
  const random = seededRandom(`${id}/${event}/${schemeName}`);
  const scheme = schemeNamed(schemeName);
  const secret = secretOf(scheme.secretKind, random);

  const forge = (flaw?: Flaw) =>
    forgeDelivery({ provider: id, event, scheme: schemeName, secret, now, random, path: "/hooks?x=1", flaw });
  const verdictOf = (delivery: ForgedDelivery, receivedAt = now) => verify(id, delivery, secret, receivedAt);

  test("is verified", () => {
    expect(verdictOf(forge())).toMatchObject({ verdict: "verified" });
  });

  if (bodyBlind.has(schemeName)) {
    test("is verified with whatever a stranger adds to the body, as nothing signs it", () => {
      const { body, ...head } = forge();
      const changed = Buffer.concat([body.subarray(0, -1), Buffer.from(',"added":true}')]);
      expect(verdictOf({ ...head, body: changed })).toMatchObject({ verdict: "verified" });
    });
  } else {
    test("is rejected when one byte of the body has changed", () => {
      const delivery = forge();
      for (const at of [0, Math.floor(delivery.body.length / 2), delivery.body.length - 1]) {
        const body = delivery.body.with(at, (delivery.body[at] as number) ^ 1);
        expect(verdictOf({ ...delivery, body })).toMatchObject({ verdict: "rejected", reason: "mismatch" });
      }
    });
  }

  test("is rejected without its signature", () => {
    expect(verdictOf(forge("unsigned"))).toMatchObject({ verdict: "rejected", reason: "missing" });
  });

  test("is rejected with a stranger's signature", () => {
    expect(verdictOf(forge("bad-signature"))).toMatchObject({ verdict: "rejected", reason: "mismatch" });
  });

  const { toleranceSeconds } = scheme;
  if (toleranceSeconds === null) return;

  test("is rejected when it was signed too long ago", () => {
    expect(verdictOf(forge("stale"))).toMatchObject({ verdict: "rejected", reason: "stale" });
    const lateBy = toleranceSeconds * 1000;
    expect(verdictOf(forge(), now + lateBy)).toMatchObject({ verdict: "verified" });
    expect(verdictOf(forge(), now + lateBy + 1000)).toMatchObject({ verdict: "rejected", reason: "stale" });
  });
});

/** As a captured delivery is verified: by whichever of its provider's schemes is there. */
function verify(
  id: string,
  { headers, body, path }: ForgedDelivery,
  secret: string | null,
  receivedAt: number,
) {
  const { schemes, name } = providerNamed(id);
  const request = { headers, body, url: path, receivedAt };
  return verifyDelivery({ request, schemes, secret, providerName: name });
}
