import { describe, expect, test } from "vitest";
import { meantBy, parseFilter } from "../../src/inspect/filter.ts";
import { answered, delivery, TEN_O_CLOCK } from "../support/delivery.ts";

const deliveries = [
  answered(200, { id: 1 }),
  answered(503, { id: 2, provider: "runware", event: "failed", eventName: "failed" }),
  delivery({ id: 3, verdict: "rejected", reason: "stale", refusal: "signature-rejected", owed: false }),
  delivery({ id: 4, origin: "forged", duplicateOf: 1, job: "two words", method: "PUT", path: "/x?y=Z" }),
  delivery({
    id: 5,
    attempts: 2,
    lastOutcome: "refused",
    provider: null,
    event: null,
    eventName: null,
    job: null,
  }),
];

const matching = (text: string) => {
  const filter = parseFilter(text, TEN_O_CLOCK + 4_500);
  return "problem" in filter ? filter.problem : deliveries.filter(filter.matches).map(({ id }) => id);
};

describe("a filter", () => {
  test.each([
    ["", [1, 2, 3, 4, 5]],
    ["status:5xx", [2]],
    ["status:200", [1]],
    ["status:50", [2]],
    ["status:none", [3, 4, 5]],
    ["status:refused", [5]],
    ["event:failed", [2]],
    ["event:job.completed", [1, 3, 4]],
    ["provider:wazza", [1, 3, 4]],
    ["provider:wazza,runware", [1, 2, 3, 4]],
    ["-provider:wazza", [2, 5]],
    ["sig:rejected", [3]],
    ["sig:stale", [3]],
    ["sig:rej", [3]],
    ["job:job_2", [2]],
    ['job:"two words"', [4]],
    ["method:put", [4]],
    ["path:y=z", [4]],
    ["is:failure", [2, 3, 5]],
    ["is:owed status:5xx", [2]],
    ["is:duplicate", [4]],
    ["is:forged", [4]],
    ["is:replayed", [5]],
    ["RUNWARE", [2]],
    ["#4", [4]],
    ['"two words"', [4]],
    ["-job_1 wazza", [3, 4]],
    ["provider:wazza status:2xx", [1]],
    ["https://example", []],
    ["target:3000", [1, 2]],
    ["since:2s", [3, 4, 5]],
    ["since:2s until:1s", [3]],
    [`until:${new Date(TEN_O_CLOCK + 2_000).toISOString()}`, [1]],
    ["since:2000-01-01 -until:3s", [2, 3, 4, 5]],
    // As it is typed.
    ["status:", [1, 2, 3, 4, 5]],
    ['job:"two', [4]],
    ["-", []],
  ])("%j finds %j", (text, ids) => expect(matching(text)).toEqual(ids));

  test("says what there is to ask for", () => {
    expect(matching("colour:red")).toMatch(/no "colour:".*status, event, provider/);
    expect(matching("sig:blue")).toMatch(/sig: is one of verified, rejected/);
    expect(matching("since:yesterday")).toMatch(/since: is a time \(10m/);
    expect(matching("-search:cat")).toMatch(/search: can only be asked for/);
    expect(matching("constructor:x")).toMatch(/no "constructor:"/);
  });
});

test.each([
  ["owed", "is:owed"],
  [" Rejected ", "sig:rejected"],
  ["wazza", undefined],
  ["is:owed", undefined],
  ["", undefined],
])("the word %j may have been meant as %s", (word, meant) => expect(meantBy(word)).toBe(meant));
