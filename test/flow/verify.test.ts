import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { startHandler } from "../support/raw-handler.ts";
import { asHttpMessage, forged, sendForged } from "../support/send-forged.ts";

const secret = "whsec_a-secret-of-wavespeed";
const env = { HOOKSPOOL_SECRET_WAVESPEED: secret };
const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
const message = (now = Date.now()) => asHttpMessage(forged({ provider: "wavespeed", secret, now }));
const tampered = () => Buffer.from(message().toString().replace('"completed"', '"completes"'));
const headless = () =>
  Buffer.from(
    message()
      .toString()
      .replace(/^webhook-signature.*\r\n/im, ""),
  );

test.each([
  ["a good one", message(), env, 0, "verified", null],
  ["a changed body", tampered(), env, 1, "rejected", "mismatch"],
  ["a signature ten minutes old", message(minutesAgo(10)), env, 1, "rejected", "stale"],
  ["no signature", headless(), env, 1, "rejected", "missing"],
  ["no secret", message(), {}, 1, "undecided", null],
  ["nobody's", Buffer.from("a: 1\n\n{}"), {}, 1, "undecided", null],
])("verifies a file: %s", async (_case, input, env, code, verdict, reason) => {
  const run = await hookspool(["verify", "-", "--json"], { input, env });
  expect(run.code).toBe(code);
  expect(run.lines()).toEqual([expect.objectContaining({ v: 1, type: "verification", verdict, reason })]);
});

test("shows what was signed, what was expected and what came, and says that the age is judged against now", async () => {
  const file = join(temporaryFolder(), "request.http");
  writeFileSync(file, tampered());
  const { code, stdout } = await hookspool(["verify", "--file", file], { env });
  expect(code).toBe(1);
  expect(stdout).toMatch(/rejected \(mismatch\)/);
  expect(stdout).toMatch(/judged against this\s+moment|against\s+this moment/);
  expect(stdout).toMatch(/Signed +\w{32}\.\d{10}\./);
  expect(stdout).toMatch(/Expected +v3,[0-9a-f]{64}\nReceived +v3,[0-9a-f]{64}\n/);
  expect(stdout.split("\n").every(({ length }) => length <= 80)).toBe(true);
});

test("a stored delivery is judged as of its arrival, however it is handed over", async () => {
  const handler = await startHandler();
  const listening = await startListen(handler.port, [], { env });
  await sendForged(listening.port, { provider: "wavespeed", secret });
  await sendForged(listening.port, { provider: "wavespeed", secret, now: minutesAgo(6) });
  await listening.attempt(2);
  await listening.stop();
  const { dir } = listening;

  const [line] = (await hookspool(["verify", "1", "--json"], { dir, env })).lines();
  expect(line).toMatchObject({
    delivery: 1,
    provider: "wavespeed",
    scheme: "wavespeed-v3",
    verdict: "verified",
  });
  const [late] = (await hookspool(["verify", "1", "--json", "--at", "2040-01-01"], { dir, env })).lines();
  expect(late).toMatchObject({ verdict: "rejected", reason: "stale", judgedAt: "2040-01-01T00:00:00.000Z" });
  const stale = await hookspool(["verify", "latest"], { dir, env });
  expect(stale.code).toBe(1);
  expect(stale.stdout).toContain("when it arrived");

  const shown = await hookspool(["show", "1", "--json"], { dir });
  const piped = await hookspool(["verify", "-", "--json"], { input: shown.bytes, env });
  expect(piped.lines()[0]).toMatchObject({ delivery: 1, verdict: "verified", judgedAt: line?.judgedAt });
});

test("can be told whose it is, and by which scheme to check", async () => {
  const byName = await hookspool(["verify", "-", "--json", "--provider", "wazza"], { input: message(), env });
  expect(byName.lines()[0]).toMatchObject({ provider: "wazza", verdict: "undecided" });
  const byScheme = await hookspool(["verify", "-", "--json", "--scheme", "wavespeed-v3"], {
    input: message(),
    env,
  });
  expect(byScheme.lines()[0]).toMatchObject({ scheme: "wavespeed-v3", verdict: "verified" });
});

test.each([
  ["nothing", []],
  ["two things", ["1", "--file", "x"]],
  ["a delivery that is not there", ["7"]],
  ["a file that is not there", ["--file", "/nowhere"]],
  ["a provider that is not there", ["-", "--provider", "nobody"]],
  ["a scheme that is not there", ["-", "--scheme", "none-such"]],
  ["no time", ["-", "--at", "soon"]],
])("%s is a usage error", async (_case, args) => {
  expect((await hookspool(["verify", ...args], { input: message() })).code).toBe(2);
});

test("what is neither a message nor JSON of show is bad input", async () => {
  for (const input of ["no header here\n\n", "{}", '{"headers":[["a"]]}'])
    expect(await hookspool(["verify", "-"], { input })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("E_BAD_MESSAGE"),
    });
});

test.each(["verify", "secret", "providers", "reindex"])("the help of %s has examples", async (command) => {
  const { code, stdout } = await hookspool([command, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain(`Examples:\n  $ `);
});
