import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publicKeySet } from "../../src/signing/_ed25519-keys.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { bin, hookspool, startListen } from "../support/hookspool.ts";
import { startHandler } from "../support/raw-handler.ts";
import { runOnTerminal } from "../support/run-on-terminal.ts";
import { asHttpMessage, forged, sendForged } from "../support/send-forged.ts";

const keySet = JSON.stringify(publicKeySet(`seed:${Buffer.alloc(32, 7).toString("base64")}`));
const secretsIn = (dir: string) => JSON.parse(readFileSync(join(dir, "secrets.json"), "utf8"));

describe("piped in", () => {
  test.each([
    ["loses the newline at its end", "wavespeed", "whsec_abc123abc123\n", "whsec_abc123abc123", []],
    ["keeps other whitespace, and warns", "wazza", " two words \n", " two words ", ["whitespace"]],
    ["may have the wrong form, and warns", "replicate", "not base64!", "not base64!", ["base64"]],
    ["may be a key set", "fal", `${keySet}\n`, keySet, []],
    ["may be what is no key set, and warns", "ideogram", "hello", "hello", ["Key Set"]],
    ["warns where nothing is signed", "minimax", "hello", "hello", ["Nothing that MiniMax"]],
  ])("a secret %s", async (_case, provider, input, kept, warnings) => {
    const dir = temporaryFolder();
    const { code, stderr } = await hookspool(["secret", "set", provider], { dir, input });
    expect(code).toBe(0);
    expect(secretsIn(dir)).toEqual({ [provider]: kept });
    expect(stderr.match(/^Warning:/gm) ?? []).toHaveLength(warnings.length);
    for (const warning of warnings) expect(stderr).toContain(warning);
  });

  test("a key set may be named by its file", async () => {
    const dir = temporaryFolder();
    const file = join(dir, "jwks.json");
    writeFileSync(file, keySet);
    expect((await hookspool(["secret", "set", "fal"], { dir, input: `${file}\n` })).code).toBe(0);
    expect(secretsIn(dir)).toEqual({ fal: keySet });
  });

  test("nothing is no secret", async () => {
    const { code, stderr } = await hookspool(["secret", "set", "wazza"], { input: "\n" });
    expect(code).toBe(2);
    expect(stderr).toContain("E_NO_INPUT");
  });
});

test.each([
  ["after the provider", ["secret", "set", "wavespeed", "whsec_hunter2"]],
  ["glued to the provider", ["secret", "set", "wavespeed=whsec_hunter2"]],
  ["in the provider's place", ["secret", "set", "whsec_hunter2"]],
  ["in the action's place", ["secret", "whsec_hunter2"]],
])("a secret %s is refused and not repeated", async (_case, args) => {
  const { code, stdout, stderr } = await hookspool([...args, "--json"], { input: "" });
  expect(code).toBe(2);
  expect(stderr).toContain("E_USAGE");
  expect(stdout + stderr).not.toContain("hunter2");
});

test("is listed by its last characters and where it is from, and forgotten", async () => {
  const dir = temporaryFolder();
  const input = "whsec_abcdefghijklmnop";
  await hookspool(["secret", "set", "wavespeed"], { dir, input });
  expect(statSync(join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
  const env = { HOOKSPOOL_SECRET_WAZZA: "short" };
  const { stdout } = await hookspool(["secret", "ls"], { dir, env });
  expect(stdout).toMatch(/^wavespeed +…mnop +file\nwazza +…t +HOOKSPOOL_SECRET_WAZZA\n$/);
  expect((await hookspool(["secret", "ls", "--json"], { dir, env })).lines()).toEqual([
    {
      v: 1,
      type: "secret",
      provider: "wavespeed",
      ending: "mnop",
      keyIds: null,
      origin: "file",
      variable: null,
    },
    {
      ...{ v: 1, type: "secret", provider: "wazza", ending: "t", keyIds: null },
      ...{ origin: "environment", variable: "HOOKSPOOL_SECRET_WAZZA" },
    },
  ]);
  expect((await hookspool(["secret", "rm", "wavespeed"], { dir })).code).toBe(0);
  expect(secretsIn(dir)).toEqual({});
  expect((await hookspool(["secret", "rm", "wavespeed"], { dir })).code).toBe(2);
});

describe("at the prompt", () => {
  const env = { PATH: process.env.PATH, TERM: "xterm", HOME: temporaryFolder() };
  const prompt = (dir: string) =>
    runOnTerminal(
      `${process.execPath} ${bin} secret set wazza --dir ${dir}; echo "code=$?"; stty -a | grep -ow -e -echo -e echo -e icanon; echo end`,
      env,
    );

  test("it is not echoed, and can be corrected", async () => {
    const dir = temporaryFolder();
    const terminal = prompt(dir);
    await terminal.shows("(not shown)");
    terminal.type("wrong\u0015hunterX\u007f2-secret\r");
    await terminal.ended;
    expect(secretsIn(dir)).toEqual({ wazza: "hunter2-secret" });
    expect(terminal.shown()).toContain("code=0");
    expect(terminal.shown()).not.toMatch(/wrong|hunter|secret-|2-s/);
  });

  test("a paste counts as what was pasted, its marks do not", async () => {
    const dir = temporaryFolder();
    const terminal = prompt(dir);
    await terminal.shows("(not shown)");
    terminal.type("\u001b[200~pasted-one\u001b[201~\r");
    await terminal.ended;
    expect(secretsIn(dir)).toEqual({ wazza: "pasted-one" });
  });

  test("Ctrl-C gives the terminal back as it was, keeps nothing, and ends with 130", async () => {
    const dir = temporaryFolder();
    const terminal = prompt(dir);
    await terminal.shows("(not shown)");
    terminal.type("half\u0003");
    await terminal.ended;
    expect(terminal.shown()).toContain("code=130");
    expect(terminal.shown()).toMatch(/\n(?:icanon\s+echo|echo\s+icanon)\s+end/);
    expect(terminal.shown()).not.toContain("half");
    expect(readdirSync(dir)).toEqual([]);
  });
});

test("is in no output and no file but its own after a whole run", async () => {
  const dir = temporaryFolder();
  const secret = "whsec_c2VjcmV0LXRoYXQtbXVzdC1ub3QtbGVhaw";
  const bare = secret.slice(6);
  const outputs: string[] = [];
  const run = async (args: readonly string[], input?: string | Buffer) => {
    const { stdout, stderr } = await hookspool(args, { dir, ...(input === undefined ? {} : { input }) });
    outputs.push(stdout, stderr);
  };
  await run(["secret", "set", "wavespeed"], secret);
  const handler = await startHandler();
  const listening = await startListen(handler.port, [], { dir });
  await sendForged(listening.port, { provider: "wavespeed", secret });
  await sendForged(listening.port, { provider: "wavespeed", secret: "whsec_of_another" });
  await listening.attempt(2);
  await listening.stop();
  outputs.push(JSON.stringify(listening.lines), listening.stderr());
  for (const command of [
    "secret ls",
    "ls",
    "show 1",
    "show 1 --reveal",
    "show 2",
    "verify 1",
    "verify 2",
    "doctor --offline",
    "reindex",
  ])
    for (const json of [[], ["--json"]]) await run([...command.split(" "), ...json, "--debug"]);
  await run(["verify", "-"], asHttpMessage(forged({ provider: "wavespeed", secret })));
  await run(["replay", "1", "--dry-run"]);

  expect(outputs.join("")).toContain("verified");
  for (const output of outputs) expect(output).not.toContain(bare);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holders = files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(bare));
  expect(holders.map(({ name }) => name)).toEqual(["secrets.json"]);
});
