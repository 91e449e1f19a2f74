import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultyHandlers } from "../handlers/faulty.ts";
import { handlerOf } from "../handlers/handler.ts";
import { rightRunware, rightWavespeed } from "../handlers/right.ts";
import { serve } from "../handlers/serve.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool } from "../support/hookspool.ts";
import { closedPort } from "../support/raw-handler.ts";

const secret = "whsec_c2VjcmV0IG9mIGEgdGVzdCBoYW5kbGVy";
const env = { HOOKSPOOL_SECRET_WAVESPEED: secret };
const faulty = (fault: string) => {
  const found = faultyHandlers.find((handler) => handler.fault === fault);
  if (found === undefined) throw new Error(`there is no handler that ${fault}`);
  return serve(handlerOf(found.steps(secret)));
};

test("reports a right handler as such, in under 3 s, keeping nothing of it", async () => {
  const dir = temporaryFolder();
  const url = await serve(handlerOf(rightWavespeed(secret)));
  const start = performance.now();
  const run = await hookspool(["check", "wavespeed", url], { env, dir });
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^31 passed, 0 failed, 0 warnings, 2 skipped in /m);
  expect((await hookspool(["ls", "--json"], { dir })).lines()).toEqual([]);
});

test("fits into 80 columns and is plain text in a pipe", async () => {
  const url = await faulty("compares signatures of unequal lengths with timingSafeEqual");
  const { stdout, code } = await hookspool(["check", "wavespeed", url], { env });
  expect(code).toBe(1);
  expect(stdout).not.toContain("\u001b");
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(
    /✗ a signature cut in half +500\n {6}Expected 4xx\. Comparing in constant time throws on unequal lengths/,
  );
});

test.each([
  ["verifies the body as JSON.stringify writes it again", "Verify the bytes as they came"],
  ["decodes the secret from base64", "when the secret is base64-decoded; WaveSpeedAI uses it as text"],
])("says what a handler that %s has to do", async (fault, advice) => {
  const { stdout } = await hookspool(["check", "wavespeed", await faulty(fault)], { env });
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(advice);
});

test.each([
  [200, "Your handler believes everybody"],
  [404, "Is the path right?"],
  [403, "Is this the secret that the handler has?"],
])("says what to make of a handler that answers everything %i", async (status, question) => {
  const url = await serve((request, response) => {
    request.resume().on("end", () => response.writeHead(status).end());
  });
  const { stdout } = await hookspool(["check", "wavespeed", url], { env });
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(question);
});

test("gives programs a line for each case, and a summary", async () => {
  const url = await faulty("does not look at the time");
  const run = await hookspool(["check", "wavespeed", url, "--json"], { env });
  expect(run.code).toBe(1);
  const lines = run.lines();
  expect(lines.every(({ v }) => v === 1)).toBe(true);
  expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(["case", "skipped", "note", "summary"]));
  expect(lines.find(({ name }) => name === "signature/stale")).toEqual({
    v: 1,
    type: "case",
    name: "signature/stale",
    title: "signed 6 min ago",
    expected: "4xx",
    got: "200",
    pass: false,
    severity: "error",
    why: expect.stringContaining("The limit is 5 min."),
    source: expect.stringContaining("wavespeed.ai"),
    ms: expect.any(Number),
  });
  expect(lines.at(-1)).toMatchObject({
    type: "summary",
    provider: "wavespeed",
    scheme: "wavespeed-v3",
    pass: false,
    passed: 29,
    failed: 1,
    warnings: 1,
    skipped: 2,
    missed: ["signature/stale", "signature/future"],
  });
});

test("writes JUnit XML for CI, where a warning is no failure", async () => {
  const file = join(temporaryFolder(), "hooks.xml");
  const url = await faulty("does not look at the time");
  await hookspool(["check", "wavespeed", url, "--junit", file], { env });
  const xml = readFileSync(file, "utf8");
  expect(xml).toMatch(
    /<testsuites name="hookspool check wavespeed" tests="33" failures="1" errors="0" skipped="2"/,
  );
  expect(xml.match(/<failure message="expected 4xx, got 200">/g)).toHaveLength(1);
  expect(xml).toContain("<system-out>warning: expected 4xx, got 200");
  expect(xml).toMatch(
    /<testcase classname="wavespeed.again" name="again\/overtaken" time="0">\s*<skipped message=/,
  );
});

describe("ends at once where", () => {
  test.each([
    ["nothing listens", ["wavespeed", "PORT"], 3, "E_REFUSED"],
    ["there is no secret to sign with", ["wazza", "PORT"], 2, "E_NO_SECRET"],
    ["there is no such provider", ["wavespede", "PORT"], 2, "E_NO_PROVIDER"],
    ["the provider does not sign so", ["wavespeed", "PORT", "--scheme", "mux-v1"], 2, "E_NO_SCHEME"],
    ["the target is none", ["wavespeed", "here"], 2, "E_TARGET"],
  ])("%s", async (_case, words, code, error) => {
    const port = await closedPort();
    const args = words.map((word) => (word === "PORT" ? String(port) : word));
    const run = await hookspool(["check", ...args, "--json"], { env });
    expect(run.code).toBe(code);
    expect(run.lines()).toMatchObject([{ type: "error", code: error }]);
  });
});

test("takes the token in the target's query for the secret, and does not print it", async () => {
  const url = await serve(handlerOf(rightRunware("a-long-secret-token")));
  const run = await hookspool(["check", "runware", `${url}?project=1&token=a-long-secret-token`]);
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^Deliveries of Runware, authenticated by query-token$/m);
  expect(run.stdout).not.toContain("a-long-secret-token");
});

test("warns where nothing tells the provider from anybody else, and asks for no signature there", async () => {
  const url = await serve((request, response) => {
    request.resume().on("end", () => response.writeHead(request.method === "POST" ? 200 : 405).end());
  });
  const run = await hookspool(["check", "kling", url, "--json"]);
  const lines = run.lines();
  expect(run.code).toBe(0);
  expect(lines.find(({ name }) => name === "signature/sender")).toMatchObject({
    pass: false,
    severity: "warning",
  });
  expect(lines.find(({ name }) => name === "signature/wrong")).toMatchObject({
    type: "skipped",
    why: "Kling AI signs nothing",
  });
});

test("says at which case the handler ended, and asks no more", async () => {
  const server = createServer((request, response) => {
    // A process that an exception takes down, as far as anybody outside can see.
    if (request.headers["webhook-signature"] === undefined) {
      server.close();
      server.closeAllConnections();
      return;
    }
    handlerOf(rightWavespeed(secret))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const run = await hookspool(["check", "wavespeed", String(port), "--json"], { env });
  expect(run.code).toBe(1);
  const lines = run.lines();
  expect(lines.find(({ name }) => name === "signature/unsigned")).toMatchObject({
    pass: false,
    got: "the handler closed the connection before its answer was whole",
  });
  expect(lines.find(({ name }) => name === "signature/wrong")).toMatchObject({
    type: "skipped",
    why: 'the handler has been gone since "not signed at all"',
  });
});

test("gives up on a handler that answers nothing", async () => {
  const url = await serve((request) => request.resume());
  const run = await hookspool(["check", "wavespeed", url, "--timeout", "50ms", "--json"], { env });
  expect(run.code).toBe(1);
  const asked = run.lines().filter(({ type }) => type === "case");
  expect(asked.map(({ got }) => got)).toEqual(Array(4).fill("no whole answer within 0.05 s"));
});
