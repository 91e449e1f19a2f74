import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const bench = fileURLToPath(new URL("../../bench/peers.ts", import.meta.url));
const hasWrk = spawnSync("wrk", ["--version"]).error === undefined;

// Without wrk, a package would have to be fetched first.
test.runIf(hasWrk)("a quick bench loads hookspool and the handler alone, and loses nothing", () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [bench, "--quick", "--dry", "--only", "direct,hookspool", "--connections", "8"],
    { encoding: "utf8" },
  );
  expect(status).toBe(0);
  const row = stdout.split("\n").find((line) => line.startsWith("| hookspool"));
  const [, , perSecond, , , , , failed] = (row ?? "").split("|").map((text) => text.trim());
  expect(Number(perSecond?.replace(",", ""))).toBeGreaterThan(10);
  expect(Number(failed)).toBe(0);
});
