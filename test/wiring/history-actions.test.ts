import { beforeAll, describe, expect, test } from "vitest";
import { openStore, type Store } from "../../src/store/store.ts";
import { historyActions } from "../../src/wiring/history-actions.ts";
import { keepSecret } from "../../src/wiring/secrets.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { startListen } from "../support/hookspool.ts";
import { type Judge, startJudge } from "../support/judge.ts";
import { ask, post } from "../support/raw-client.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("over what a session has left", () => {
  let judge: Judge;
  let status = 500;
  let store: Store;
  let actions: ReturnType<typeof historyActions>;

  beforeAll(async () => {
    judge = await startJudge(() => status);
    const session = await startListen(judge.url);
    await ask(session.port, post("/a", "x"));
    await session.attempt(1);
    await session.stop();
    const { dir } = session;
    keepSecret(dir, "wavespeed", secret);
    store = openStore(dir);
    actions = historyActions({ dir, store, observer: () => {}, onRemoved: () => {} });
    atTheEnd(async () => {
      await actions.stop();
      await store.close();
    });
  });

  test("what is owed is handed over to where it went", async () => {
    expect(await actions.deliverOwed()).toMatchObject({ tried: 1, delivered: 0 });
    status = 200;
    expect(await actions.deliverOwed()).toMatchObject({ tried: 1, delivered: 1 });
    expect(await actions.deliverOwed()).toMatchObject({ tried: 0, delivered: 0 });
  });

  test("it can be sent again", async () => {
    expect(await actions.replay(1)).toMatchObject({ delivery: 1, number: 4, status: 200 });
  });

  test("what is forged goes to the last target", async () => {
    const wish = { provider: "wavespeed", name: "completed", isScenario: false };
    expect(await actions.forge(wish)).toEqual({ tried: 1, delivered: 1, note: null });
    expect(store.reader.delivery(2)).toMatchObject({
      origin: "forged",
      verdict: "verified",
      lastStatus: 200,
    });
  });
});

test("forging with no target known says so", async () => {
  const dir = temporaryFolder();
  const store = openStore(dir);
  atTheEnd(() => store.close());
  keepSecret(dir, "wavespeed", secret);
  const actions = historyActions({ dir, store, observer: () => {}, onRemoved: () => {} });
  await expect(
    actions.forge({ provider: "wavespeed", name: "completed", isScenario: false }),
  ).rejects.toMatchObject({ code: "E_NO_TARGET" });
  await actions.stop();
});
