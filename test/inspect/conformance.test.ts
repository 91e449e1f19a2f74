import { describe, expect, test } from "vitest";
import { type ConformanceCase, isSkipped } from "../../src/inspect/conformance/_case.ts";
import { planConformance } from "../../src/inspect/conformance/cases.ts";
import { type CaseResult, judgeCase, judgeWhole } from "../../src/inspect/conformance/judge.ts";
import { seededRandom } from "../providers/seeded.ts";

const now = Date.parse("2026-01-16T10:30:45.678Z");
const plan = (provider: string, secret: string | null = "secret") =>
  planConformance({ provider, secret, path: "/hooks?x=1", now, random: seededRandom(provider) });
const caseNamed = (name: string, provider = "wavespeed"): ConformanceCase => {
  const found = plan(provider).cases.find((planned) => planned.name === name);
  if (found === undefined || isSkipped(found)) throw new Error(`${name} is not asked`);
  return found;
};
const answer = (status: number | null, ms = 3) => ({
  status,
  problem: status === null ? "no whole answer within 5 s" : null,
  ms,
});

describe("a case passes", () => {
  test.each([
    ["events/completed", [200], true],
    ["events/completed", [204], true],
    ["events/completed", [302], false],
    ["events/completed", [500], false],
    ["events/completed", [null], false],
    ["again/duplicate", [200, 202], true],
    ["again/duplicate", [200, 409], false],
    ["again/duplicate", [null], false],
    ["signature/wrong", [401], true],
    ["signature/wrong", [400], true],
    ["signature/wrong", [200], false],
    ["signature/wrong", [302], false],
    ["signature/wrong", [500], false],
    ["signature/wrong", [null], false],
  ])("or not: %s answered %j: %s", (name, statuses, pass) => {
    const answers = statuses.map((status) => answer(status));
    expect(judgeCase(caseNamed(name), answers).pass).toBe(pass);
  });
});

test("a miss says what each request was answered, and a crash is explained as one", () => {
  expect(judgeCase(caseNamed("again/duplicate"), [answer(200), answer(409)]).got).toBe("200, then 409");
  const short = caseNamed("signature/short");
  expect(judgeCase(short, [answer(200)]).why).toMatch(/^Whoever finds the URL/);
  expect(judgeCase(short, [answer(500)]).why).toMatch(/^Comparing in constant time throws/);
});

test.each([
  ["wazza", 4_000, true],
  ["wazza", 6_000, false],
])("judges the pace of a handler of %s that takes %i ms", (provider, ms, pass) => {
  const slow = judgeCase(caseNamed("events/job.completed", provider), [answer(200, ms)]);
  const [pace] = judgeWhole(plan(provider), [slow]) as CaseResult[];
  expect(pace).toMatchObject({ name: "pace/advised", severity: "warning", expected: "within 5 s", pass });
});

test("no two cases have one name, and what a case needs stands before it", () => {
  for (const provider of ["wavespeed", "get3w", "wazza", "runware", "replicate", "openai", "kling"]) {
    const names = plan(provider, "whsec_c2VjcmV0").cases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const [at, planned] of plan(provider, "whsec_c2VjcmV0").cases.entries()) {
      if (isSkipped(planned)) continue;
      for (const needed of planned.needs) expect(names.slice(0, at)).toContain(needed);
    }
  }
});

test("the other spellings of a body mean the same", () => {
  const plain = JSON.parse(bodyOf("bytes/whitespace"));
  const { id, ...rest } = plain;
  for (const name of ["bytes/key-order", "bytes/escapes"]) {
    const { id: other, ...same } = JSON.parse(bodyOf(name));
    expect(JSON.stringify(sorted(same)).replaceAll(other, id)).toBe(JSON.stringify(sorted(rest)));
  }
  expect(bodyOf("bytes/escapes")).toContain('"status":"\\u0063ompleted"');
  expect(bodyOf("bytes/number-form")).toContain('{"ratio":1.0,"steps":1e3}');
  expect(bodyOf("bytes/large-integer")).toContain("9007199254740993");
});

function bodyOf(name: string): string {
  return Buffer.from(caseNamed(name).requests[0](now).body).toString();
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, member]) => [key, sorted(member)]);
}
