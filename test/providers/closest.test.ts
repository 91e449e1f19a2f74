import { expect, test } from "vitest";
import { closest } from "../../src/providers/_closest.ts";
import { providers } from "../../src/providers/_registry.ts";

const ids = providers.map(({ id }) => id);

test.each([
  ["wavespeeed", "wavespeed"],
  ["WaveSpeed", "wavespeed"],
  ["wzaza", "wazza"],
  ["runwear", "runware"],
  ["repliate", "replicate"],
  ["blackforestlabs", "black-forest-labs"],
  ["stripe", undefined],
  ["", undefined],
])("%s was probably meant as %s", (given, meant) => {
  expect(closest(given, ids)).toBe(meant);
});

test("of two that are equally near, neither was meant", () => {
  expect(closest("job.xailed", ["job.failed", "job.nailed"])).toBeUndefined();
});
