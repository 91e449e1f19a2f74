import { describe, expect, test } from "vitest";
import { reportPeers } from "../../bench/peers/report.ts";
import type { Measurement } from "../../bench/peers/rounds.ts";
import { withSection } from "../../bench/support/results.ts";
import { median, pairedRatio, quantile } from "../../bench/support/statistics.ts";
import { figure, table } from "../../bench/support/table.ts";

describe("statistics", () => {
  test.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[], Number.NaN],
  ])("the median of %j is %d", (values, expected) => expect(median(values)).toBe(expected));

  test("quantiles lie between the values", () => {
    expect([0, 0.25, 0.99, 1].map((share) => quantile([10, 20, 30, 40, 50], share))).toEqual([
      10, 20, 49.6, 50,
    ]);
  });

  test("ratios are taken within a round, so that a slow round changes nothing", () => {
    expect(pairedRatio([20, 2, 30], [10, 1, 10])).toBe(2);
  });

  test("a round that lacks either says nothing", () => {
    expect(pairedRatio([20, undefined, 30], [10, 5, undefined])).toBe(2);
    expect(pairedRatio([undefined], [1])).toBeNaN();
  });
});

test.each([
  [0.1234, "0.123"],
  [1.234, "1.23"],
  [12.34, "12.3"],
  [12_345.6, "12,346"],
  [undefined, "–"],
  [Number.NaN, "–"],
])("%s is written %s", (value, expected) => expect(figure(value)).toBe(expected));

test("a table is padded, its numbers to the right", () => {
  expect(
    table(
      ["what", "n"],
      [
        ["a long name", "1"],
        ["b", "22"],
      ],
    ),
  ).toBe(
    ["| what        |   n |", "|-------------|----:|", "| a long name |   1 |", "| b           |  22 |"].join(
      "\n",
    ),
  );
});

test("a section takes the place of its former self and leaves the others alone", () => {
  const first = withSection("# Results\n", "one", "old");
  const both = withSection(first, "two", "other");
  const replaced = withSection(both, "one", "new");
  expect(replaced).toBe(both.replace("old", "new"));
  expect(replaced.match(/<!-- begin/g)).toHaveLength(2);
});

test("the report puts hookspool beside each peer, and names what was not measured", () => {
  const cell = { kibibytes: 1, connections: 32 };
  const measured = (contender: string, perSecond: number): Measurement => ({
    ...{ contender, ...cell, perSecond, requests: 100, p50Ms: 1, p99Ms: 2, failures: 0 },
  });
  const rounds = [{ busyPercent: 3, measured: [measured("nginx", 20_000), measured("hookspool", 10_000)] }];
  const named = (name: string) => ({
    name,
    keeps: "",
    install: `get ${name}`,
    version: () => "1.0",
    start: () => Promise.reject(),
  });
  const report = reportPeers(
    { file: "", rounds },
    {
      contenders: ["nginx", "mockttp", "hookspool"].map(named),
      loadGenerator: "wrk",
      pinned: true,
      seconds: 1,
    },
  );
  expect(report).toContain("Left out: mockttp (`get mockttp`).");
  expect(report).toMatch(/req\/s × nginx, 1 KB, c=32 +\| +≥ 0\.4 +\| +0\.500 +\| yes/);
});
