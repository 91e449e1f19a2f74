import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verify } from "../../src/index.ts";
import { forgeDelivery } from "../../src/inspect/forge.ts";
import type { Provider } from "../../src/providers/_provider.ts";
import { providers } from "../../src/providers/_registry.ts";
import { schemeNamed } from "../../src/signing/_schemes.ts";
import { type ForgeSender, openForgeSender } from "../../src/wiring/forge-sender.ts";
import { secretOf } from "../providers/seeded.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { type Judge, startJudge } from "../support/judge.ts";

/** By capture, store and forwarding, to a handler that has the raw request and the library. */
describe.each(providers as readonly Provider[])("what $id sends", (provider) => {
  const kind = schemeNamed(provider.schemes[0]?.scheme ?? "unsigned").secretKind;
  const secret = secretOf(kind, randomBytes);
  const expected = kind === "none" ? "undecided" : "verified";
  let judge: Judge;
  let sender: ForgeSender;

  beforeAll(async () => {
    judge = await startJudge(async ({ headers, body, url }) => {
      const { verdict } = await verify({ provider: provider.id, secret, headers, body, url });
      return verdict === expected ? 200 : 401;
    });
    sender = await openForgeSender({
      dir: temporaryFolder(),
      target: judge.url,
      timeoutMs: undefined,
      insecure: false,
      ca: undefined,
      secrets: {},
      provider: provider.id,
      observer: () => {},
    });
  });
  afterAll(() => sender.close());

  test.each(provider.events.map(({ name }) => name))(
    "%s reaches a handler that verifies it",
    async (event) => {
      const forged = forgeDelivery({
        provider: provider.id,
        event,
        secret,
        now: Date.now(),
        random: randomBytes,
        path: "/api/hooks?x=%20",
      });
      expect(await sender.send(forged)).toMatchObject({ outcome: "responded", status: 200 });
      expect(judge.seen.at(-1)?.body).toEqual(Buffer.from(forged.body));
    },
  );
});

test("whatever is set in a payload reaches the handler as it was signed", async () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const judge = await startJudge(async ({ headers, body }) => {
    const { verdict } = await verify({ provider: "wavespeed", secret, headers, body });
    return verdict === "verified" ? 200 : 401;
  });
  const sender = await openForgeSender({
    dir: temporaryFolder(),
    target: judge.url,
    timeoutMs: undefined,
    insecure: false,
    ca: undefined,
    secrets: { wavespeed: secret },
    provider: "wavespeed",
    observer: () => {},
  });
  try {
    const value = fc.jsonValue({ noUnicodeString: false });
    await fc.assert(
      fc.asyncProperty(value, async (value) => {
        const set = [`outputs.0=${JSON.stringify(value)}`];
        const forged = forgeDelivery({
          provider: "wavespeed",
          event: "completed",
          secret,
          set,
          now: Date.now(),
          random: randomBytes,
        });
        expect(await sender.send(forged)).toMatchObject({ status: 200 });
        expect(judge.seen.at(-1)?.json.outputs[0]).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
  } finally {
    await sender.close();
  }
});
