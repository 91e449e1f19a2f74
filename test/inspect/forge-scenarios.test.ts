import { describe, expect, test } from "vitest";
import { identify } from "../../src/inspect/identify.ts";
import { buildScenario, type ScenarioOptions, scenarios, scenariosOf } from "../../src/inspect/scenarios.ts";
import { providers } from "../../src/providers/_registry.ts";
import { schemeNamed } from "../../src/signing/_schemes.ts";
import { seededRandom } from "../providers/seeded.ts";

const now = Date.parse("2026-01-16T10:30:45.678Z");
const secret = "whsec_q7GmT2vN0sYpX4eLr8Wd1uZk5HbC9aJf3oQiE6yRtS0=";

/** The scenario played at its own speed. */
function play(provider: string, scenario: ScenarioOptions["scenario"], more: Partial<ScenarioOptions> = {}) {
  const steps = buildScenario({ provider, scenario, secret, now, random: seededRandom(1), ...more });
  let at = now;
  return steps.map(({ delayMs, deliver }) => {
    at += delayMs;
    const delivery = deliver(at);
    const { headers, body } = delivery;
    return {
      at,
      delayMs,
      ...delivery,
      json: JSON.parse(Buffer.from(body).toString()),
      ...identify({ headers, body }),
    };
  });
}

const distinct = (values: readonly unknown[]) => new Set(values).size;

describe("progress", () => {
  test("of Wazza rises from 10 to 90 percent and ends with the result", () => {
    const played = play("wazza", "progress");
    expect(played.map(({ json }) => json.progress?.percent)).toEqual([
      10,
      20,
      30,
      40,
      50,
      60,
      70,
      80,
      90,
      undefined,
    ]);
    expect(played.at(-1)).toMatchObject({ event: "completed", eventName: "job.completed" });
    expect(distinct(played.map(({ job }) => job))).toBe(1);
    expect(distinct(played.map(({ dedupeKey }) => dedupeKey))).toBe(10);
  });

  test.each([
    ["replicate", ["starting", "processing", "processing", "succeeded"]],
    ["kling", ["submitted", "processing", "succeed"]],
    ["deapi", ["job.processing", "job.completed"]],
    ["luma", ["dreaming", "completed"]],
  ])("of %s goes through its states", (provider, names) => {
    expect(play(provider, "progress").map(({ eventName }) => eventName)).toEqual(names);
  });

  test("can end with a failure", () => {
    expect(play("wazza", "progress", { event: "failed" }).at(-1)).toMatchObject({ eventName: "job.failed" });
  });
});

test("a Runware batch has one job and as many results as asked, none a duplicate", () => {
  const played = play("runware", "batch", { count: 3 });
  expect(played).toHaveLength(3);
  expect(distinct(played.map(({ job }) => job))).toBe(1);
  expect(distinct(played.map(({ dedupeKey }) => dedupeKey))).toBe(3);
});

test("a duplicate has the same bytes and key", () => {
  const [first, second] = play("wavespeed", "duplicate");
  expect(second?.body).toEqual(first?.body);
  expect(second?.dedupeKey).toBe(first?.dedupeKey);
});

describe("out of order", () => {
  test("the news comes after the result, and says an earlier time", () => {
    const [result, news] = play("wazza", "out-of-order");
    expect([result?.event, news?.event]).toEqual(["completed", "processing"]);
    expect(news?.job).toBe(result?.job);
    expect(news?.json.timestamp < result?.json.timestamp).toBe(true);
  });

  test("without news, the failure that it followed comes after the result", () => {
    const [result, failure] = play("get3w", "out-of-order");
    expect([result?.event, failure?.event]).toEqual(["completed", "failed"]);
    expect(failure?.job).toBe(result?.job);
    expect(failure?.json.created_at < result?.json.created_at).toBe(true);
  });

  test("without news and failures, the younger of two jobs comes first", () => {
    const [younger, older] = play("ideogram", "out-of-order", { secret: `seed:${"A".repeat(43)}=` });
    expect(older?.job).not.toBe(younger?.job);
    expect(older?.json.created < younger?.json.created).toBe(true);
  });
});

test("a failure is followed by the same job's result", () => {
  const played = play("get3w", "failed-then-retry");
  expect(played.map(({ event }) => event)).toEqual(["failed", "completed"]);
  expect(distinct(played.map(({ job }) => job))).toBe(1);
});

test("a storm of retries keeps WaveSpeedAI's schedule, id and bytes, and signs each try anew", () => {
  const played = play("wavespeed", "retry-storm");
  expect(played.map(({ delayMs }) => delayMs)).toEqual([0, 1000, 2000, 4000]);
  expect(distinct(played.map(({ body }) => Buffer.from(body).toString()))).toBe(1);
  expect(distinct(played.map(({ headers }) => new Map(headers).get("webhook-id")))).toBe(1);
  expect(distinct(played.map(({ headers }) => new Map(headers).get("webhook-signature")))).toBe(4);
  for (const { headers, body, at } of played) {
    const { verification } = schemeNamed("wavespeed-v3").examine({ headers, body, receivedAt: at }, secret);
    expect(verification).toMatchObject({ verdict: "verified" });
  }
});

test.each([
  ["wavespeed", "progress", /wazza/],
  ["wavespeed", "batch", /runware/],
  ["deepgram", "failed-then-retry", /wavespeed/],
] as const)("%s has no %s, and the error names who has", (provider, scenario, able) => {
  expect(() => play(provider, scenario)).toThrow(
    expect.objectContaining({ code: "E_NO_SCENARIO", fault: "user", hint: expect.stringMatching(able) }),
  );
});

test("a provider's list of scenarios is what it can play", () => {
  const all = Object.keys(scenarios) as ScenarioOptions["scenario"][];
  for (const provider of providers) {
    const playable = all.filter((scenario) => {
      try {
        return play(provider.id, scenario, { flaw: "unsigned" }).length > 0;
      } catch {
        return false;
      }
    });
    expect(scenariosOf(provider), provider.id).toEqual(playable);
  }
});
