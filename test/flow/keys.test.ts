import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publicKeySet } from "../../src/signing/_ed25519-keys.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, type Line, startListen } from "../support/hookspool.ts";
import { startKeyServer } from "../support/key-server.ts";
import { startHandler } from "../support/raw-handler.ts";
import { asHttpMessage, forged, sendForged } from "../support/send-forged.ts";

const seed = (byte: number) => `seed:${Buffer.alloc(32, byte).toString("base64")}`;
const ours = seed(1);
const strangers = seed(2);

const verdictOf = (id: number) => (line: Line) => line.type === "verdict" && line.id === id;
const isDelivery = (id: number) => (line: Line) => line.type === "delivery" && line.id === id;

test("a delivery is committed before the keys are there, and judged when they are", async () => {
  const keys = await startKeyServer(ours);
  const handler = await startHandler();
  const listening = await startListen(handler.port, [], { env: { HOOKSPOOL_JWKS_URL_FAL: keys.url } });
  expect(keys.asked()).toBe(0);

  expect(await sendForged(listening.port, { provider: "fal", secret: ours })).toBe(200);
  expect(await listening.line(isDelivery(1))).toMatchObject({ provider: "fal", verdict: "undecided" });
  expect(await listening.line(verdictOf(1))).toMatchObject({ v: 1, verdict: "verified", reason: null });

  await sendForged(listening.port, { provider: "fal", secret: ours });
  expect(await listening.line(isDelivery(2))).toMatchObject({ verdict: "verified" });
  await sendForged(listening.port, { provider: "fal", secret: strangers });
  expect(await listening.line(isDelivery(3))).toMatchObject({ verdict: "rejected", reason: "mismatch" });
  expect(keys.asked()).toBe(1);
  await listening.stop();

  const { dir } = listening;
  expect(JSON.parse(readFileSync(join(dir, "key-sets.json"), "utf8"))[keys.url].keys).toHaveLength(1);
  const [shown] = (await hookspool(["show", "1", "--json"], { dir })).lines();
  expect(shown).toMatchObject({ verdict: "verified", explanation: expect.stringContaining("fits") });

  // What was fetched is kept for the next run.
  keys.publish(undefined);
  const next = await startListen(handler.port, [], { dir, env: { HOOKSPOOL_JWKS_URL_FAL: keys.url } });
  await sendForged(next.port, { provider: "fal", secret: ours });
  expect(await next.line(isDelivery(4))).toMatchObject({ verdict: "verified" });
  expect(keys.asked()).toBe(1);
  await next.stop();
});

test("enforcing lets an undecided delivery through and stops a rejected one", async () => {
  const keys = await startKeyServer(ours);
  const handler = await startHandler();
  const env = { HOOKSPOOL_JWKS_URL_FAL: keys.url };
  const listening = await startListen(handler.port, ["--verify", "enforce"], { env });
  expect(await sendForged(listening.port, { provider: "fal", secret: strangers })).toBe(200);
  expect(await listening.line(verdictOf(1))).toMatchObject({ verdict: "rejected", reason: "mismatch" });
  expect(await sendForged(listening.port, { provider: "fal", secret: strangers })).toBe(401);
  await listening.stop();
});

test("keys that cannot be fetched leave it undecided and say why; reindex judges it later", async () => {
  const keys = await startKeyServer();
  const handler = await startHandler();
  const env = { HOOKSPOOL_JWKS_URL_FAL: keys.url };
  const listening = await startListen(handler.port, [], { env });
  await sendForged(listening.port, { provider: "fal", secret: ours });
  const verdict = await listening.line(verdictOf(1));
  expect(verdict).toMatchObject({
    verdict: "undecided",
    explanation: expect.stringContaining("answers 503"),
  });
  await listening.stop();

  const { dir } = listening;
  expect((await hookspool(["verify", "1"], { dir, env })).code).toBe(1);
  keys.publish(ours);
  const verified = await hookspool(["verify", "1", "--json"], { dir, env });
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.lines()[0]).toMatchObject({
    type: "verification",
    verdict: "verified",
    scheme: "fal-ed25519",
  });

  const reindexed = await hookspool(["reindex", "--json"], { dir, env });
  expect(reindexed.lines()).toEqual([{ v: 1, type: "reindexed", examined: 1, changed: 1 }]);
  expect((await hookspool(["reindex", "--json"], { dir, env })).lines()[0]).toMatchObject({ changed: 0 });
  expect((await hookspool(["ls", "--json"], { dir })).lines()[0]).toMatchObject({ verdict: "verified" });
});

test.each(["fal", "ideogram", "atlascloud"])(
  "%s verifies offline against keys from a file",
  async (provider) => {
    const dir = temporaryFolder();
    const input = JSON.stringify(publicKeySet(ours));
    expect((await hookspool(["secret", "set", provider], { dir, input })).code).toBe(0);
    const handler = await startHandler();
    const listening = await startListen(handler.port, [], { dir });
    await sendForged(listening.port, { provider, secret: ours });
    expect(await listening.line(isDelivery(1))).toMatchObject({ provider, verdict: "verified" });
    await listening.stop();
  },
);

test("nothing is fetched where signatures are not checked", async () => {
  const keys = await startKeyServer(ours);
  const handler = await startHandler();
  const env = { HOOKSPOOL_JWKS_URL_FAL: keys.url };
  const listening = await startListen(handler.port, ["--verify", "off"], { env });
  await sendForged(listening.port, { provider: "fal", secret: ours });
  await listening.attempt(1);
  await listening.stop();
  expect(keys.asked()).toBe(0);
});

test("a key server that never answers delays neither the delivery nor the end", async () => {
  const silent = await startHandler(() => {});
  const handler = await startHandler();
  const env = { HOOKSPOOL_JWKS_URL_FAL: `http://127.0.0.1:${silent.port}/jwks.json` };
  const listening = await startListen(handler.port, [], { env });
  expect(await sendForged(listening.port, { provider: "fal", secret: ours })).toBe(200);
  await silent.next();
  const begin = performance.now();
  expect(await listening.stop()).toBe(0);
  expect(performance.now() - begin).toBeLessThan(4_000);
  const [shown] = (await hookspool(["ls", "--json"], { dir: listening.dir })).lines();
  expect(shown).toMatchObject({ verdict: "undecided", lastStatus: 200 });
});

test("keys are taken over HTTPS alone, but for this machine's own", async () => {
  const dir = temporaryFolder();
  const input = asHttpMessage(forged({ provider: "fal", secret: ours }));
  const env = { HOOKSPOOL_JWKS_URL_FAL: "http://keys.example/jwks.json" };
  const { code, stdout } = await hookspool(["verify", "-"], { dir, env, input });
  expect(code).toBe(1);
  expect(stdout).toMatch(/undecided[\s\S]*is no HTTPS address/);
});
