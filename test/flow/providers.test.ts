import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { providers } from "../../src/providers/_registry.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool } from "../support/hookspool.ts";

const columns = (text: string) =>
  text
    .split("\n")
    .filter((line) => !line.includes("https://"))
    .map(({ length }) => length);

test("lists every provider within 80 columns", async () => {
  const { code, stdout } = await hookspool(["providers"]);
  expect(code).toBe(0);
  for (const { id, name } of providers) expect(stdout).toMatch(new RegExp(`^${id}\\s.*\n${name}`, "m"));
  expect(Math.max(...columns(stdout))).toBeLessThanOrEqual(80);
});

test("prints a line of JSON for each, with all that the catalogue knows", async () => {
  const lines = (await hookspool(["providers", "--json"])).lines();
  expect(lines.map(({ id }) => id)).toEqual(providers.map(({ id }) => id));
  expect(lines.find(({ id }) => id === "fal")).toMatchObject({
    v: 1,
    type: "provider",
    name: "fal.ai",
    schemes: [
      { scheme: "fal-ed25519", secretKind: "jwks", jwksUrl: expect.stringMatching(/^https:.*jwks\.json$/) },
    ],
    events: [{ name: "OK", event: "completed", dedupeKey: "request_id" }, {}, {}],
    retries: { delaysMs: expect.any(Array) },
    limits: { timeoutMs: 15_000 },
  });
});

test.each([
  [
    "wazza",
    [
      "webhookUrl",
      "wazza-timestamped",
      "wazza-body",
      "jobId and event",
      "52.89.214.238",
      "never enforced",
      "after 8 s",
    ],
  ],
  [
    "wavespeed",
    [
      "webhook=<url>",
      "must not be decoded",
      "/predictions/{job}/result",
      "Left open",
      "Our choice",
      "20 min",
    ],
  ],
  ["fal", ["https://rest.alpha.fal.ai/.well-known/jwks.json", "secret set fal < jwks.json"]],
  ["runware", ["?token=<secret>", "Optional", "20 % more at random", "taskUUID and imageUUID"]],
  ["minimax", ["None: nothing is signed", "challenge"]],
])("explains %s within 80 columns", async (id, facts) => {
  const { code, stdout } = await hookspool(["providers", id]);
  expect(code).toBe(0);
  for (const fact of facts) expect(stdout).toContain(fact);
  expect(Math.max(...columns(stdout))).toBeLessThanOrEqual(80);
});

test("a name that is nearly one is met with the one meant", async () => {
  const { code, stderr } = await hookspool(["providers", "wavespead"]);
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "wavespeed"?');
});

test("README's table is written between its marks, and a stale one is found out", () => {
  const script = fileURLToPath(new URL("../../scripts/provider-table.ts", import.meta.url));
  const file = join(temporaryFolder(), "README.md");
  const run = (...args: string[]) => spawnSync(process.execPath, [script, file, ...args]).status;
  expect(run()).toBe(1);
  writeFileSync(file, "# One\n<!-- providers -->\nold\n<!-- /providers -->\nend\n");
  expect(run("--check")).toBe(1);
  expect(run()).toBe(0);
  expect(run("--check")).toBe(0);
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^# One\n<!-- providers -->\n\| Provider/);
  expect(text).toMatch(/\n<!-- \/providers -->\nend\n$/);
  expect(text.match(/^\| .* `[a-z0-9-]+` /gm)).toHaveLength(providers.length);
});
