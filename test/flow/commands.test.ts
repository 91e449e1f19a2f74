import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "../support/cleanup.ts";
import { newAttempt, newDelivery } from "../support/deliveries.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { ask, post } from "../support/raw-client.ts";
import { closedPort, type RawHandler, startHandler } from "../support/raw-handler.ts";

const escapeCharacter = "\x1b";

/** A data directory with five deliveries; 2 and 4 were answered, 5 was too large to be kept. */
async function fiveDeliveries(target = "http://localhost:3000"): Promise<string> {
  const dir = temporaryFolder();
  const store = openStore(dir);
  for (let i = 1; i <= 4; i += 1)
    await store.writer.append(newDelivery({ head: { path: `/${i}` }, body: `{"n":${i}}` }));
  await store.writer.append(newDelivery({ refusal: "body-too-large", owed: false, body: "" }));
  for (const id of [2, 4]) await store.writer.appendAttempt({ ...newAttempt(id, 200), targetBase: target });
  await store.close();
  return dir;
}

describe("ls", () => {
  test("--json prints delivery lines, newest first, while listen runs", async () => {
    const handler = await startHandler();
    const listening = await startListen(handler.port);
    for (const path of ["/1", "/2", "/3?x=1"])
      await ask(listening.port, post(path, "{}", "Content-Type: application/json"));
    await Promise.all([1, 2, 3].map((id) => listening.attempt(id)));
    const { lines, stderr, code } = await hookspool(["ls", "--json"], listening);
    expect(lines().map(({ id }) => id)).toEqual([3, 2, 1]);
    expect(lines()[0]).toMatchObject({
      v: 1,
      type: "delivery",
      origin: "captured",
      method: "POST",
      path: "/3?x=1",
      provider: null,
      event: null,
      job: null,
      verdict: "undecided",
      reason: null,
      bytes: 2,
      duplicateOf: null,
      refusal: null,
      owed: false,
      attempts: 1,
      lastOutcome: "responded",
      lastStatus: 200,
    });
    expect(lines()[0]?.receivedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect([stderr, code]).toEqual(["", 0]);
    expect(listening.lines.map(({ type }) => type).sort()).toEqual([
      ...Array(3).fill("attempt"),
      ...Array(3).fill("delivery"),
      "ready",
    ]);
    expect(listening.lines.find(({ type }) => type === "attempt")).toMatchObject({
      v: 1,
      delivery: 1,
      number: 1,
      trigger: "capture",
      target: `http://localhost:${handler.port}/1`,
      outcome: "responded",
      status: 200,
      problem: null,
    });
  });

  test.each([
    [[], [5, 4, 3, 2, 1]],
    [
      ["--limit", "2"],
      [5, 4],
    ],
    [["--owed"], [3, 1]],
    [["--owed", "--limit", "1"], [3]],
  ])("%j lists %j", async (flags, expected) => {
    const { lines } = await hookspool(["ls", "--json", ...flags], { dir: await fiveDeliveries() });
    expect(lines().map(({ id }) => id)).toEqual(expected);
  });

  test("into a pipe has one line a delivery, and no colour", async () => {
    const { stdout, stderr } = await hookspool(["ls"], {
      dir: await fiveDeliveries(),
      env: { TERM: "xterm-256color" },
    });
    expect(stdout.trimEnd().split("\n")).toHaveLength(5);
    expect(stdout + stderr).not.toContain(escapeCharacter);
  });

  test("of an empty data directory says so on stderr", async () => {
    const { stdout, stderr, code } = await hookspool(["ls"]);
    expect([stdout, code]).toEqual(["", 0]);
    expect(stderr).toContain("No deliveries yet");
  });
});

describe("what strangers send", () => {
  test("moves no cursor and rings no bell", async () => {
    const dir = temporaryFolder();
    const hostile = `${escapeCharacter}]0;owned\x07${escapeCharacter}[2J\x9b31m\r\n\x08`;
    const store = openStore(dir);
    await store.writer.append(
      newDelivery({
        head: { path: `/${hostile}?q=${hostile}`, headers: [[`X-${hostile}`, hostile]] },
        body: hostile,
        identity: { provider: "fal", eventName: hostile, job: hostile },
      }),
    );
    const attempt = newAttempt(1, 500);
    const response = {
      status: 500,
      statusText: hostile,
      headers: [["X-A", hostile]] as const,
      body: Buffer.from(hostile),
      bytes: 9,
    };
    await store.writer.appendAttempt({ ...attempt, target: `http://localhost:3000/${hostile}`, response });
    await store.close();
    const runs = await Promise.all([
      hookspool(["ls"], { dir }),
      hookspool(["show", "1"], { dir }),
      hookspool(["show", "1", "--reveal"], { dir }),
      hookspool(["replay", "1", "--dry-run"], { dir }),
      hookspool(["replay", "1", "--to", String(await closedPort())], { dir }),
      hookspool(["ls", "--json"], { dir }),
      hookspool(["show", "1", "--json"], { dir }),
    ]);
    for (const { stdout, stderr } of runs) {
      expect(stdout).not.toBe("");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
      expect(stdout + stderr).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
    }
  });

  test("shows no signature or token to who looks over a shoulder, unless asked to", async () => {
    const dir = temporaryFolder();
    const store = openStore(dir);
    const headers = [
      ["webhook-signature", "v1,c2VjcmV0c2VjcmV0"],
      ["Cookie", "sid=12345678901234"],
    ] as const;
    await store.writer.append(newDelivery({ head: { path: "/?token=abcdefghijklmnop", headers } }));
    await store.close();
    const [plain, revealed] = await Promise.all([
      hookspool(["show", "1"], { dir }),
      hookspool(["show", "1", "--reveal"], { dir }),
    ]);
    for (const secret of ["c2VjcmV0c2VjcmV0", "12345678901234", "abcdefghijklmnop"]) {
      expect(plain.stdout).not.toContain(secret);
      expect(revealed.stdout).toContain(secret);
    }
  });
});

describe("what a person got wrong is said in one sentence with its code and a hint", () => {
  let taken = 0;
  const file = join(temporaryFolder(), "file");

  beforeAll(async () => {
    writeFileSync(file, "");
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    taken = (server.address() as AddressInfo).port;
    atTheEnd(() => server.close());
  });

  test.each<[string, string, number, () => string[]]>([
    ["a port out of range", "E_TARGET", 2, () => ["99999"]],
    ["half a URL", "E_TARGET", 2, () => ["http://"]],
    ["a target with a password", "E_TARGET", 2, () => ["http://me:pw@localhost:1"]],
    ["no target", "E_USAGE", 2, () => ["listen"]],
    ["an unknown flag", "E_USAGE", 2, () => ["3000", "--frobnicate"]],
    ["an unknown flag of a command", "E_USAGE", 2, () => ["ls", "--frobnicate"]],
    ["an unknown command", "E_USAGE", 2, () => ["lst"]],
    ["an unknown tunnel", "E_TUNNEL", 2, () => ["3000", "--tunnel", "carrier-pigeon"]],
    ["a public URL that is none", "E_URL", 2, () => ["3000", "--public-url", "calm fox"]],
    ["a capture port out of range", "E_USAGE", 2, () => ["3000", "--tunnel", "none", "--port", "99999"]],
    ["a port that is taken", "E_PORT", 2, () => ["3000", "--tunnel", "none", "--port", String(taken)]],
    ["a bad duration", "E_USAGE", 2, () => ["prune", "--older-than", "soon"]],
    ["a bad size", "E_USAGE", 2, () => ["3000", "--max-body", "big"]],
    ["a bad choice", "E_USAGE", 2, () => ["3000", "--output", "opera"]],
    ["a bad count", "E_USAGE", 2, () => ["replay", "1", "--times", "0"]],
    [
      "a certificate that is not there",
      "E_FILE",
      2,
      () => ["3000", "--tunnel", "none", "--cacert", "/nowhere.pem"],
    ],
    ["prune without rules", "E_USAGE", 2, () => ["prune"]],
    ["a delivery that is not there", "E_NO_DELIVERY", 2, () => ["show", "99"]],
    ["a range of none", "E_NO_DELIVERY", 2, () => ["rm", "50..60"]],
    ["no name of a delivery", "E_SELECTOR", 2, () => ["show", "newest"]],
    ["several where one is meant", "E_SELECTOR", 2, () => ["show", "1..3"]],
    ["a body that was not kept", "E_NOT_KEPT", 2, () => ["replay", "5", "--to", "3000"]],
    ["a delivery that went nowhere yet", "E_NO_TARGET", 2, () => ["replay", "1"]],
    ["a bad target to replay to", "E_TARGET", 2, () => ["replay", "1", "--to", "0"]],
    [
      "a command that cannot be started",
      "E_COMMAND",
      2,
      () => ["3000", "--tunnel", "none", "--", "/no/such/program"],
    ],
  ])("%s: %s, exit code %i", async (_case, code, exitCode, words) => {
    const dir = await fiveDeliveries();
    const plain = await hookspool(words(), { dir });
    const [command = "", ...rest] = words();
    const json = await hookspool([command, "--json", ...rest], { dir });
    for (const run of [plain, json]) {
      expect(run.stderr).toMatch(
        new RegExp(`^hookspool: [^\\n]*[^.\\n] \\(${code}\\)\\. [^\\n]+[^\\n]$`, "m"),
      );
      expect(run.stderr).not.toMatch(/\n\s+at /);
      expect(run.code).toBe(exitCode);
    }
    expect(json.lines().at(-1)).toMatchObject({
      v: 1,
      type: "error",
      code,
      message: expect.any(String),
      hint: expect.any(String),
    });
  });

  test.each([
    ["a file", () => file],
    ["below a file", () => join(file, "below")],
    ["where nothing may be written", () => "/proc/hookspool"],
  ])("a data directory that is %s: E_DATA_DIRECTORY, exit code 5", async (_case, where) => {
    for (const words of [["ls"], ["3000", "--tunnel", "none"], ["show", "1"]]) {
      const { code, stderr } = await hookspool(words, { dir: where() });
      expect([code, stderr]).toEqual([
        5,
        expect.stringMatching(/^hookspool: .* \(E_DATA_DIRECTORY\)\. .*\n$/),
      ]);
    }
  });

  test("with --debug there is a stack as well", async () => {
    const { stderr } = await hookspool(["show", "99", "--debug"]);
    expect(stderr).toMatch(/\n\s+at /);
  });
});

describe("replay", () => {
  let handler: RawHandler;
  let dir = "";
  beforeAll(async () => {
    handler = await startHandler();
    dir = await fiveDeliveries(handler.url);
  });
  const answer = (status: number) => `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`;

  test.each([
    [200, "responded", 0],
    [204, "responded", 0],
    [302, "responded", 1],
    [404, "responded", 1],
    [500, "responded", 1],
  ])("that is answered with %i is %s and ends with %i", async (status, outcome, exitCode) => {
    const answering = await startHandler(answer(status));
    const { code, lines } = await hookspool(["replay", "2", "--json", "--to", answering.url], { dir });
    expect(lines()).toMatchObject([
      { type: "delivery", id: 2 },
      { type: "attempt", delivery: 2, trigger: "replay", outcome, status, target: `${answering.url}/2` },
    ]);
    expect(code).toBe(exitCode);
  });

  test("that is refused ends with 3", async () => {
    const { code, lines } = await hookspool(["replay", "2", "--json", "--to", `${await closedPort()}`], {
      dir,
    });
    expect([code, lines()[1]]).toEqual([3, expect.objectContaining({ outcome: "refused", status: null })]);
  });

  test("that times out ends with 4", async () => {
    const hanging = await startHandler(() => {});
    const words = ["replay", "2", "--json", "--timeout", "200ms", "--to", hanging.url];
    const { code, lines } = await hookspool(words, { dir });
    expect([code, lines()[1]]).toEqual([4, expect.objectContaining({ outcome: "timed-out", status: null })]);
  });

  test.each([
    ["the last target", ["replay", "4"], ["/4"]],
    ["a range", ["replay", "1..3", "--to"], ["/1", "/2", "/3"]],
    ["a list", ["replay", "3,1", "--to"], ["/3", "/1"]],
    ["latest~1", ["replay", "latest~1", "--to"], ["/4"]],
    ["three times", ["replay", "2", "--times", "3", "--to"], ["/2", "/2", "/2"]],
  ])("by %s", async (_case, words, paths) => {
    const before = handler.requests.length;
    const all = words.at(-1) === "--to" ? [...words, `${handler.url}/api`] : words;
    expect(await hookspool(all, { dir })).toMatchObject({ code: 0 });
    const prefix = words.at(-1) === "--to" ? "/api" : "";
    expect(handler.requests.slice(before).map(({ start }) => start.split(" ")[1])).toEqual(
      paths.map((p) => prefix + p),
    );
  });

  test("--dry-run says what would be sent and sends nothing", async () => {
    const before = handler.requests.length;
    const { lines, code } = await hookspool(["replay", "2,4", "--to", handler.url, "--dry-run", "--json"], {
      dir,
    });
    expect(code).toBe(0);
    expect(lines()).toMatchObject([
      { type: "request", delivery: 2, method: "POST", url: `${handler.url}/2` },
      { type: "request", delivery: 4, method: "POST", url: `${handler.url}/4` },
    ]);
    expect(handler.requests).toHaveLength(before);
  });

  test("is not begun where one of those named is not there", async () => {
    const before = handler.requests.length;
    expect(await hookspool(["replay", "1,99", "--to", handler.url], { dir })).toMatchObject({ code: 2 });
    expect(handler.requests).toHaveLength(before);
  });
});

describe("rm and prune", () => {
  test("rm forgets what is named", async () => {
    const dir = await fiveDeliveries();
    const { lines, code } = await hookspool(["rm", "1..2,4", "--json"], { dir });
    expect([lines(), code]).toEqual([[{ v: 1, type: "removed", count: 3 }], 0]);
    expect((await hookspool(["ls", "--json"], { dir })).lines().map(({ id }) => id)).toEqual([5, 3]);
  });

  test.each([
    [
      ["--keep", "1"],
      [5, 3, 1],
    ],
    [["--keep", "1", "--force"], [5]],
    [
      ["--older-than", "1d"],
      [5, 4, 3, 2, 1],
    ],
  ])("prune %j leaves %j", async (flags, expected) => {
    const dir = await fiveDeliveries();
    const young = flags[0] === "--older-than";
    if (young) {
      const store = openStore(dir);
      store.forget([1, 2, 3, 4, 5]);
      for (let i = 0; i < 5; i += 1)
        await store.writer.append(newDelivery({ head: { receivedAt: Date.now() }, owed: false }));
      await store.close();
    }
    expect(await hookspool(["prune", ...flags], { dir })).toMatchObject({ code: 0, stdout: "" });
    const left = (await hookspool(["ls", "--json"], { dir })).lines().map(({ id }) => id);
    expect(left).toEqual(young ? [10, 9, 8, 7, 6] : expected);
  });
});

describe("settings", () => {
  /** Where deliveries would be sent: the target is no setting, so the port is asked for. */
  async function portAskedFor(given: { flag?: number; env?: number; project?: number; user?: number }) {
    const [cwd, home] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(home, "hookspool"));
    if (given.project)
      writeFileSync(join(cwd, "hookspool.config.json"), JSON.stringify({ port: given.project }));
    if (given.user)
      writeFileSync(join(home, "hookspool", "config.json"), JSON.stringify({ port: given.user }));
    const env = { XDG_CONFIG_HOME: home, ...(given.env ? { HOOKSPOOL_PORT: String(given.env) } : {}) };
    const listening = await startListen(3000, given.flag ? ["--port", String(given.flag)] : [], { cwd, env });
    await listening.stop();
    return listening.port;
  }

  test("come from the flag, then the environment, then the project, then the person, then the default", async () => {
    const [flag = 0, env = 0, project = 0, user = 0] = await Promise.all([1, 2, 3, 4].map(closedPort));
    expect(await portAskedFor({ flag, env, project, user })).toBe(flag);
    expect(await portAskedFor({ env, project, user })).toBe(env);
    expect(await portAskedFor({ project, user })).toBe(project);
    expect(await portAskedFor({ user })).toBe(user);
    expect([flag, env, project, user]).not.toContain(await portAskedFor({}));
  });

  test("the data directory may be set by HOOKSPOOL_DIR", async () => {
    const dir = await fiveDeliveries();
    const { lines } = await hookspool(["ls", "--json"], { noDir: true, env: { HOOKSPOOL_DIR: dir } });
    expect(lines()).toHaveLength(5);
  });

  test.each([
    ["is not JSON", "{port", "is not JSON"],
    ["is no object", "[]", "is not a JSON object"],
    ["has a name that nothing knows", '{"prot":1}', 'a setting "prot"'],
    ["has a bad value", '{"port":"many"}', 'a bad value for "port"'],
    ["has a bad choice", '{"output":"opera"}', 'a bad value for "output"'],
  ])("a file of them that %s is named, exit code 2", async (_case, content, message) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "hookspool.config.json"), content);
    const { code, stderr } = await hookspool(["3000", "--tunnel", "none"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).toContain("E_CONFIG");
  });
});

test.each(["listen", "ls", "show", "replay", "rm", "prune"])("%s --help has examples", async (command) => {
  const { code, stdout, stderr } = await hookspool([command, "--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/Examples:\n {2}\$ hookspool /);
});
