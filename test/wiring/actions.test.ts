import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import { verify } from "../../src/index.ts";
import { keepSecret } from "../../src/wiring/secrets.ts";
import { openSession, type Session } from "../../src/wiring/session.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { type Judge, startJudge } from "../support/judge.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

let judge: Judge;
let isBroken = false;
let session: Session;
const notices: Notice[] = [];

beforeAll(async () => {
  const dir = temporaryFolder();
  keepSecret(dir, "wavespeed", secret);
  judge = await startJudge(async ({ headers, body, url }) => {
    if (isBroken) return 500;
    if (!url.startsWith("/wavespeed")) return 200;
    const { verdict } = await verify({ provider: "wavespeed", secret, headers, body });
    return verdict === "verified" ? 200 : 401;
  });
  session = await openSession({
    settings: {
      dir,
      target: judge.url,
      remembersTarget: true,
      port: 0,
      paths: [],
      clientAddressHeader: null,
      deferring: { early: false, holds: false, giveUpAfterMs: 60_000 },
      concurrency: 16,
      maxBodyBytes: 1024 ** 2,
      timeoutMs: undefined,
      insecure: false,
      ca: undefined,
      provider: undefined,
      verify: "report",
      secrets: { wavespeed: secret },
      tunnel: "none",
      tunnelHost: undefined,
      subdomain: undefined,
      publicUrl: undefined,
      probeIntervalMs: undefined,
    },
    project: dir,
    observer: (notice) => void notices.push(notice),
    onTrouble: () => {},
    onCrash: () => {},
  });
});
afterAll(() => session.stop(0));

/** Captures something at this path; says its number. */
async function capture(path: string, body: string): Promise<number> {
  await fetch(`${session.local}${path}`, { method: "POST", body });
  return session.reader().nth(0) ?? 0;
}

const forgeHere = (name: string, isScenario = false) =>
  session.actions.forge({ provider: "wavespeed", name, isScenario });

describe("forge", () => {
  test("comes in at the path of the provider's own, verified, with outputs that are there", async () => {
    // Recognised by its body alone: WaveSpeedAI's has these fields.
    await fetch(`${session.local}/wavespeed/hooks?x=1`, {
      method: "POST",
      headers: { "webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v3,00" },
      body: JSON.stringify({ id: "t", model: "m", status: "completed", outputs: [], created_at: "now" }),
    });
    expect(await forgeHere("completed")).toEqual({ tried: 1, delivered: 1, note: null });
    const [newest] = session.reader().list({}, { limit: 1 });
    expect(newest).toMatchObject({ origin: "forged", verdict: "verified", path: "/wavespeed/hooks" });
    const [output] = judge.seen.at(-1)?.json.outputs ?? [];
    expect((await fetch(output)).headers.get("content-type")).toBe("image/png");
  });

  test("plays a scenario", async () => {
    const before = judge.seen.length;
    expect(await forgeHere("duplicate", true)).toMatchObject({ tried: 2, delivered: 2 });
    expect(judge.seen.length - before).toBe(2);
  });

  test("by a development key says so, serves it, and takes it for the provider's here", async () => {
    const { note, delivered } = await session.actions.forge({
      provider: "fal",
      name: "completed",
      isScenario: false,
    });
    expect(delivered).toBe(1);
    const [keys] = /http:\S+jwks\.json/.exec(note ?? "") ?? [];
    expect(await (await fetch(String(keys))).json()).toMatchObject({ keys: [{ kty: "OKP" }] });
    expect(session.reader().list({}, { limit: 1 })).toMatchObject([{ provider: "fal", verdict: "verified" }]);
  });

  test("of what nobody knows is refused", async () => {
    await expect(forgeHere("nothing")).rejects.toMatchObject({ code: "E_NO_EVENT" });
    await expect(forgeHere("nothing", true)).rejects.toMatchObject({ code: "E_NO_SCENARIO" });
    await expect(
      session.actions.forge({ provider: "nobody", name: "completed", isScenario: false }),
    ).rejects.toMatchObject({ code: "E_NO_PROVIDER" });
  });
});

describe("a delivery is sent again", () => {
  test("as it came", async () => {
    const id = await capture("/plain?x=%20", "as it came");
    expect(await session.actions.replay(id)).toMatchObject({ delivery: id, trigger: "replay", status: 200 });
    const [sent, first] = [judge.seen.at(-1), judge.seen.at(-2)];
    expect(sent?.url).toBe("/plain?x=%20");
    expect(sent?.body).toEqual(first?.body);
    expect(notices).toContainEqual({
      type: "attempt",
      attempt: expect.objectContaining({ delivery: id, trigger: "replay" }),
    });
  });

  test("signed anew, or edited and signed, so that a handler takes it", async () => {
    await forgeHere("completed");
    const id = session.reader().nth(0) ?? 0;
    expect(await session.actions.replayResigned(id)).toMatchObject({ status: 200 });

    const body = Buffer.from(JSON.stringify({ ...judge.seen.at(-1)?.json, status: "failed" }));
    expect(await session.actions.sendEdited({ of: id, body, signs: false })).toMatchObject({ status: 401 });
    expect(await session.actions.sendEdited({ of: id, body, signs: true })).toMatchObject({ status: 200 });
    expect(judge.seen.at(-1)?.body).toEqual(body);
    const record = session.reader().attempts(id).at(-1);
    expect(record?.changes.body).toBe(createHash("sha256").update(body).digest("hex"));
    expect(record?.changes.set.map(([name]) => name.toLowerCase())).toContain("webhook-signature");
  });

  test("not where it was forgotten", async () => {
    const id = await capture("/gone", "x");
    expect(session.actions.remove([id])).toBe(1);
    await expect(session.actions.replay(id)).rejects.toMatchObject({ code: "E_NOT_KEPT" });
  });
});

/** What has happened to a delivery before may be told of after it. */
const lastHold = () => notices.findLast(({ type }) => type === "hold");

test("hold keeps what comes and what is forged; what is owed can be handed over meanwhile; resume goes on", async () => {
  const { actions } = session;
  actions.hold();
  await expect.poll(lastHold).toEqual({ type: "hold", held: true, waiting: 0 });
  expect(actions.isHeld()).toBe(true);
  const before = judge.seen.length;
  const id = await capture("/held", "held");
  expect(await forgeHere("completed")).toMatchObject({ tried: 1, delivered: 0 });
  expect(judge.seen).toHaveLength(before);

  // The third has a signature that no handler takes.
  expect(await actions.deliverOwed()).toEqual({ tried: 3, delivered: 2 });
  expect(judge.seen).toHaveLength(before + 3);
  expect(session.reader().delivery(id)).toMatchObject({ owed: false, attempts: 1 });

  await capture("/held", "later");
  actions.resume();
  expect(actions.isHeld()).toBe(false);
  await expect.poll(lastHold).toEqual({ type: "hold", held: false, waiting: 0 });
  expect(judge.seen).toHaveLength(before + 4);
});

test("a failed forged delivery is not owed: who forged it has seen the answer", async () => {
  isBroken = true;
  const { owed } = session.reader().counts();
  expect(await forgeHere("completed")).toMatchObject({ tried: 1, delivered: 0 });
  await expect
    .poll(() => session.reader().list({}, { limit: 1 }))
    .toMatchObject([{ lastStatus: 500, owed: false }]);
  expect(session.reader().counts().owed).toBe(owed);
});
