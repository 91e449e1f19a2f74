import { expect, test } from "vitest";
import { verifyDelivery } from "../../src/inspect/verify.ts";
import type { Provider } from "../../src/providers/_provider.ts";
import { providers } from "../../src/providers/_registry.ts";
import { type SchemeName, schemeNamed } from "../../src/signing/_schemes.ts";
import { check } from "../handlers/check.ts";
import { handlerOf } from "../handlers/handler.ts";
import { serve } from "../handlers/serve.ts";
import { secretOf, seededRandom } from "../providers/seeded.ts";

/** Every way in which every provider may sign; `unsigned` where there is none. */
const ways = providers.flatMap((provider: Provider) =>
  (provider.schemes.length === 0 ? [{ scheme: "unsigned" as const }] : provider.schemes).map(
    ({ scheme }): [string, SchemeName, Provider] => [provider.id, scheme, provider],
  ),
);

test.each(ways)("finds nothing in a handler that does as %s says, by %s", async (id, name, provider) => {
  const scheme = schemeNamed(name);
  const secret = secretOf(scheme.secretKind, seededRandom(`${id}/${name}`));
  const schemes = provider.schemes.filter((use) => use.scheme === name);
  const url = await serve(
    handlerOf({
      get: 405,
      maxBodyBytes: 10 * 1024 ** 2,
      respond: () => 200,
      isGenuine({ rawHeaders: headers, url, body }) {
        const request = { headers, url: url.href, body, receivedAt: Date.now() };
        return verifyDelivery({ request, schemes, secret }).verdict !== "rejected";
      },
    }),
  );
  const { errors, warnings } = await check({ provider: id, secret, scheme: name, url });
  const warned = scheme.secretKind === "none" ? ["signature/sender"] : [];
  expect({ errors, warnings }).toEqual({ errors: [], warnings: warned });
});
