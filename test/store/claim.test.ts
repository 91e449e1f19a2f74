import { expect, test } from "vitest";
import { isClaimed, tryClaim } from "../../src/store/claim.ts";
import { temporaryFolder } from "../support/cleanup.ts";

test("a claim is one's at a time, until it is given back", () => {
  const folder = temporaryFolder();
  const name = "http://localhost:3000/a?b=/../c";
  expect(isClaimed(folder, name)).toBe(false);
  const claim = tryClaim(folder, name);
  expect(claim).toBeDefined();
  expect(isClaimed(folder, name)).toBe(true);
  expect(tryClaim(folder, name)).toBeUndefined();
  expect(isClaimed(folder, "http://localhost:3000")).toBe(false);
  claim?.release();
  expect(isClaimed(folder, name)).toBe(false);
  tryClaim(folder, name)?.release();
});

test("a data directory that is gone is not made again", () => {
  expect(() => tryClaim(`${temporaryFolder()}/gone`, "a")).toThrow();
});
