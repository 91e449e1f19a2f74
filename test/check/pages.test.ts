import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { check } from "../handlers/check.ts";
import { get3wExpress } from "../handlers/pages/get3w-express.ts";
import { wazzaExpress } from "../handlers/pages/wazza-express.ts";
import { serve } from "../handlers/serve.ts";
import { atTheEnd } from "../support/cleanup.ts";

/** Handlers as the providers' pages show them, in the languages in which they show them. */

const secret = "whsec_c2VjcmV0IG9mIGEgdGVzdCBoYW5kbGVy";

test("Express, verifying what JSON.stringify writes: good deliveries pass, other spellings and odd signatures do not", async () => {
  const url = await serve(wazzaExpress(secret));
  const { errors, warnings } = await check({ provider: "wazza", secret, url });
  expect(errors).toEqual([
    "signature/unsigned",
    "signature/without-x-wazza-signature",
    "signature/short",
    "signature/empty",
    "signature/twice",
    "payload/one-megabyte",
    "bytes/whitespace",
    "bytes/escapes",
    "bytes/number-form",
    "bytes/large-integer",
  ]);
  expect(warnings).toEqual([]);
});

test("Express, verifying raw bytes: every delivery but a large one passes, and what is no JSON crashes it", async () => {
  const url = await serve(get3wExpress(secret));
  const { errors, warnings } = await check({ provider: "get3w", secret, url });
  expect(errors).toEqual(["payload/one-megabyte"]);
  expect(warnings).toEqual(["requests/empty-body", "requests/not-json"]);
});

const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const hasFlask = runs("python3", "-c", "import flask");
const hasPhp = runs("php", "--version");

describe.skipIf(!hasFlask)(`Flask${hasFlask ? "" : " (python3 with flask is not here)"}`, () => {
  test("verifies raw bytes, and crashes where there is no signature to compare", async () => {
    const url = await started("python3", ["get3w_flask.py"]);
    const { errors, warnings } = await check({ provider: "get3w", secret, url });
    expect(errors).toEqual(["signature/unsigned"]);
    expect(warnings).toEqual([]);
  });
});

describe.skipIf(!hasPhp)(`PHP${hasPhp ? "" : " (php is not here)"}`, () => {
  test("verifies raw bytes, and does everything right", async () => {
    const url = await started("php", ["-S", "127.0.0.1:0", "wavespeed.php"]);
    const { errors, warnings } = await check({ provider: "wavespeed", secret, url });
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  });
});

/** Starts a program of the pages' folder; resolves with the URL that it says it listens at. */
function started(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, {
    cwd: fileURLToPath(new URL("../handlers/pages", import.meta.url)),
    env: { PATH: process.env.PATH, WEBHOOK_SECRET: secret },
    stdio: ["ignore", "pipe", "pipe"],
  });
  atTheEnd(() => child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    // Both are read to the end, so that neither pipe fills up.
    createInterface({ input: child.stdout }).on("line", listen);
    createInterface({ input: child.stderr }).on("line", listen);
    child.once("exit", () => reject(new Error(`${program} ended before it listened`)));
    function listen(line: string) {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (url !== undefined) resolve(`${url}/webhooks`);
    }
  });
}
