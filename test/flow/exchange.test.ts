import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, type Listening, startListen, startRunning } from "../support/hookspool.ts";
import { ask, post } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";
import { forged } from "../support/send-forged.ts";

const secret = `whsec_${Buffer.from("a secret of twenty-four bytes").toString("base64")}`;
const env = { HOOKSPOOL_SECRET_WAVESPEED: secret };
const masked = "••••";

/** Two signed deliveries of WaveSpeed and one of nobody's, whose body is no text. */
async function threeDeliveries(): Promise<Listening> {
  const listening = await startListen((await startHandler()).port, [], { env });
  for (const event of ["failed", "completed"]) {
    const { path, headers, body } = forged({ provider: "wavespeed", event, secret });
    const lines = headers.map(([name, value]) => `${name}: ${value}`);
    await ask(
      listening.port,
      post(`${path}hooks?token=abcdefghijklmnop`, Buffer.from(body).toString(), ...lines),
    );
  }
  await ask(
    listening.port,
    Buffer.concat([
      Buffer.from("PUT /bytes HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"),
      Buffer.from([0, 255, 10, 13]),
    ]),
  );
  await Promise.all([1, 2, 3].map((id) => listening.attempt(id)));
  return listening;
}

let source: Listening;
beforeAll(async () => {
  source = await threeDeliveries();
});

describe("export and import", () => {
  test.each([
    ["json", "1..3", "-"],
    ["har", "1..3", "all.har"],
    ["http", "2", "one.http"],
    ["fixture", "1", "one.json"],
  ])("as %s and back: same bytes, and the signature still holds", async (format, ids, out) => {
    const folder = temporaryFolder();
    const args = ["export", ids, "--format", format, "--reveal"];
    const exported = await hookspool(out === "-" ? args : [...args, "--out", join(folder, out)], source);
    expect(exported.code).toBe(0);
    const dir = temporaryFolder();
    const imported = await hookspool(["import", out === "-" ? "-" : join(folder, out), "--json"], {
      dir,
      env,
      ...(out === "-" ? { input: exported.bytes } : {}),
    });
    expect(imported.stderr).toBe("");
    const [first = expect.unreachable()] = imported.lines();
    expect(first).toMatchObject({
      id: 1,
      origin: "imported",
      provider: "wavespeed",
      verdict: "verified",
      owed: false,
    });
    const original = ids === "2" ? "2" : "1";
    const [before, after] = await Promise.all([
      hookspool(["show", original, "--json"], source),
      hookspool(["show", "1", "--json"], { dir }),
    ]);
    for (const field of ["method", "path", "headers", "body"])
      expect(after.lines()[0]?.[field], field).toEqual(before.lines()[0]?.[field]);
    if (ids === "1..3")
      expect((await hookspool(["show", "3", "--raw"], { dir })).bytes).toEqual(Buffer.from([0, 255, 10, 13]));
  });

  test("secrets are masked unless they are asked for", async () => {
    for (const format of ["json", "har", "curl"]) {
      const { stdout } = await hookspool(["export", "1..3", "--format", format], source);
      expect(stdout).toContain(masked);
      expect(stdout).not.toContain("abcdefghijklmnop");
    }
  });

  test("a folder takes one file each, and nothing is overwritten", async () => {
    const folder = temporaryFolder();
    const args = ["export", "1..3", "--format", "http", "--out", `${folder}/`];
    expect((await hookspool(args, source)).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["delivery-1.http", "delivery-2.http", "delivery-3.http"]);
    expect(readFileSync(join(folder, "delivery-3.http")).subarray(-4)).toEqual(Buffer.from([0, 255, 10, 13]));
    const again = await hookspool(args, source);
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringContaining("nothing is overwritten (E_FILE)"),
    ]);
  });

  test.each([
    ["several where one fits", ["export", "1..3", "--format", "http"], "E_USAGE"],
    ["a folder that is not there", ["export", "1", "--out", "/nowhere/at/all"], "E_FILE"],
    ["a format that there is not", ["export", "1", "--format", "yaml"], "E_USAGE"],
    ["a delivery that there is not", ["export", "99"], "E_NO_DELIVERY"],
  ])("%s: exit code 2", async (_case, args, code) => {
    const run = await hookspool(args, source);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(`(${code})`);
  });

  test.each([
    ["rubbish", "\0\x01 what is this"],
    ["an empty file", ""],
    ["JSON lines of which one is broken", '{"type":"delivery"}\n{"type":'],
    [
      "a header that smuggles a request",
      '{"fixture":1,"request":{"method":"POST","path":"/","headers":[["A","b\\r\\n\\r\\nGET / HTTP/1.1"]],"body":{"encoding":"utf8","data":""}}}',
    ],
  ])("%s is refused with exit code 2, and nothing of it is kept", async (_case, text) => {
    const dir = temporaryFolder();
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, text);
    const run = await hookspool(["import", file], { dir });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining("(E_BAD_FILE)")]);
    expect((await hookspool(["ls", "--json"], { dir })).stdout).toBe("");
  });
});

describe("diff", () => {
  test("shows what differs, secrets masked, and answers 1", async () => {
    const { code, stdout } = await hookspool(["diff", "1", "2"], source);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^- status {2}"failed"$/m);
    expect(stdout).toMatch(/^\+ status {2}"completed"$/m);
    expect(stdout).toContain(masked);
    expect(stdout).not.toContain("content-type");
  });

  test("a delivery does not differ from itself: 0", async () => {
    const { code, stdout, stderr } = await hookspool(["diff", "latest", "3"], source);
    expect([code, stdout, stderr]).toEqual([0, "", "#3 and #3 do not differ.\n"]);
  });

  test("--json is one object", async () => {
    const [line] = (await hookspool(["diff", "1", "2", "--json"], source)).lines();
    expect(line).toMatchObject({ v: 1, type: "diff", deliveries: [1, 2], isSame: false, bodyBy: "json" });
    expect(line?.body).toContainEqual({
      at: "status",
      left: '"failed"',
      right: '"completed"',
      isSame: false,
    });
  });
});

describe("wait", () => {
  test("ends with the delivery that matches, and passes by what does not", async () => {
    const dir = temporaryFolder();
    mkdirSync(dir, { recursive: true });
    const listening = await startListen((await startHandler()).port, [], { dir });
    const waiting = startRunning(["wait", "path:/second", "--timeout", "20s"], { dir });
    await expect.poll(waiting.stderr).toContain("Waiting for path:/second");
    await ask(listening.port, post("/first", "{}"));
    await ask(listening.port, post("/second", "{}"));
    expect(await waiting.exited).toBe(0);
    expect(waiting.lines.map(({ id }) => id)).toEqual([2]);
  });

  test("--after counts what has come, --answered says how the handler took it", async () => {
    expect(
      (await hookspool(["wait", "provider:wavespeed", "--after", "1", "--json"], source)).lines(),
    ).toMatchObject([{ id: 2 }]);
    const refusing = await startListen(
      (await startHandler("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")).port,
    );
    await ask(refusing.port, post("/", "{}"));
    await refusing.attempt(1);
    await ask(refusing.port, post("/", "{}"));
    expect((await hookspool(["wait", "--after", "1", "--answered"], refusing)).code).toBe(1);
  });

  test("exit code 4 where nothing comes, 2 where the filter is none", async () => {
    const dir = temporaryFolder();
    const late = await hookspool(["wait", "--timeout", "100ms"], { dir });
    expect([late.code, late.stderr]).toEqual([
      4,
      expect.stringContaining("no such delivery came within 0.1 s (E_TIMED_OUT)"),
    ]);
    expect((await hookspool(["wait", "colour:red"], { dir })).code).toBe(2);
  });
});
