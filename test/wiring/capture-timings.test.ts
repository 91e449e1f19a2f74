import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { startListen } from "../support/hookspool.ts";

test("a capture that is to take timings writes them down at its end", async () => {
  const file = join(temporaryFolder(), "timings.json");
  const listening = await startListen(1, [], { env: { HOOKSPOOL_TIMINGS: file } });
  for (const body of ["a", "b"]) await fetch(`http://127.0.0.1:${listening.port}/`, { method: "POST", body });
  await listening.stop();
  const { commits, loop } = JSON.parse(readFileSync(file, "utf8"));
  expect(commits.count).toBe(2);
  expect(commits.p50).toBeGreaterThan(0);
  expect(commits.p99).toBeLessThanOrEqual(commits.max);
  expect(loop.count).toBeGreaterThan(0);
});
