import { spawn } from "node:child_process";
import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { validateWebhook } from "replicate";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { describe, expect, test } from "vitest";
import { verify } from "../../src/index.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { bin, hookspool, type Line, startListen } from "../support/hookspool.ts";
import { type Judged, startJudge } from "../support/judge.ts";
import { closedPort, startHandler } from "../support/raw-handler.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const names = ["WAVESPEED", "GET3W", "WAZZA", "STANDARD_WEBHOOKS", "OPENAI", "REPLICATE"];
const env = Object.fromEntries(names.map((name) => [`HOOKSPOOL_SECRET_${name}`, secret]));

const statuses = (lines: readonly Line[]) =>
  lines.flatMap((line) => (line.type === "attempt" ? [line.status as number | null] : []));

describe("the providers' own libraries, as handlers, take what is forged", () => {
  const libraries: readonly (readonly [string, string, (delivery: Judged) => unknown])[] = [
    [
      "standardwebhooks",
      "standard-webhooks",
      ({ text, fields }) => new StandardWebhook(secret).verify(text, fields),
    ],
    ["svix", "standard-webhooks", ({ text, fields }) => new SvixWebhook(secret).verify(text, fields)],
    [
      "openai",
      "openai",
      ({ text, fields }) => new OpenAI({ apiKey: "none" }).webhooks.unwrap(text, fields, secret),
    ],
    ["replicate", "replicate", askReplicate],
  ];

  test.each(libraries)("%s", async (_library, provider, check) => {
    const judge = await startJudge(check);
    const event = provider === "openai" ? "response.completed" : "completed";
    const good = await hookspool(["forge", provider, event, "--to", judge.url], { env });
    expect([good.code, judge.seen.length]).toEqual([0, 1]);
    const spoiled = await hookspool(
      ["forge", provider, event, "--bad-signature", "--to", judge.url, "--json"],
      { env },
    );
    expect([spoiled.code, statuses(spoiled.lines())]).toEqual([1, [401]]);
  });
});

async function askReplicate({ text, fields }: Judged) {
  const {
    "webhook-id": id = "",
    "webhook-timestamp": timestamp = "",
    "webhook-signature": signature = "",
  } = fields;
  if (!(await validateWebhook({ id, timestamp, signature, body: text, secret }))) throw new Error("refused");
}

describe("a forged delivery", () => {
  test("is in history as forged, verified, at the target's own path", async () => {
    const judge = await startJudge();
    const dir = temporaryFolder();
    const run = await hookspool(
      ["forge", "wavespeed", "completed", "--to", `${judge.url}/api/hooks?x=1`, "--json"],
      {
        dir,
        env,
      },
    );
    expect(run.code).toBe(0);
    const [delivery, attempt, ...more] = run.lines();
    expect(delivery).toMatchObject({
      type: "delivery",
      id: 1,
      origin: "forged",
      method: "POST",
      path: "/api/hooks?x=1",
      provider: "wavespeed",
      event: "completed",
      verdict: "verified",
    });
    expect(attempt).toMatchObject({
      type: "attempt",
      delivery: 1,
      trigger: "capture",
      target: `${judge.url}/api/hooks?x=1`,
      outcome: "responded",
      status: 204,
    });
    expect(more).toEqual([]);
    expect(judge.seen[0]?.url).toBe("/api/hooks?x=1");
    const listed = (await hookspool(["ls", "--json"], { dir })).lines();
    expect(listed).toMatchObject([{ id: 1, origin: "forged", attempts: 1, lastStatus: 204 }]);
    const again = await hookspool(["replay", "1"], { dir });
    expect([again.code, judge.seen[1]?.url]).toEqual([0, "/api/hooks?x=1"]);
  });

  test("shows as two lines, and its secret nowhere", async () => {
    const judge = await startJudge();
    const dir = temporaryFolder();
    const { stdout, stderr } = await hookspool(["trigger", "wazza", "failed", "--to", judge.url], {
      dir,
      env,
    });
    expect(stdout).toMatch(
      /^\S+ {2}--> {2}#1 {2}POST \/ {2}wazza {2}failed \(job\.failed\) {2}.*✓ verified {2}forged\n\S+ {2}<-- {2}#1 {2}204 {2}.*\n$/,
    );
    expect(stderr).toBe("");
    for (const file of readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile()))
      expect(readFileSync(join(dir, file.name)).includes(secret)).toBe(false);
  });

  test("goes where listen forwards to, if nobody says otherwise", async () => {
    const judge = await startJudge();
    const dir = temporaryFolder();
    const nowhere = await hookspool(["forge", "wavespeed", "completed"], { dir, env });
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("(E_NO_TARGET)")]);
    const listening = await startListen(`${judge.url}/in`, [], { dir });
    expect((await hookspool(["forge", "wavespeed", "completed"], { dir, env })).code).toBe(0);
    expect(judge.seen.at(-1)?.url).toBe("/in");
    const elsewhere = await startJudge();
    await hookspool(["forge", "wavespeed", "completed", "--to", elsewhere.url], { dir, env });
    await hookspool(["forge", "wavespeed", "completed"], { dir, env });
    expect([elsewhere.seen.length, judge.seen.at(-1)?.url, judge.seen.length]).toEqual([1, "/in", 2]);
    await listening.stop();
  });

  test.each([
    [
      "--set",
      ["--set", "outputs.0=https://x.test/a.png", "--set", "error=oops"],
      { outputs: ["https://x.test/a.png"], error: "oops" },
    ],
    ["--data", ["--data", '{"id":"t1","status":"completed"}'], { id: "t1", status: "completed" }],
    ["--data and --set", ["--data", '{"id":"t1"}', "--set", "status=failed"], { id: "t1", status: "failed" }],
  ])("carries what %s says, signed", async (_flag, flags, expected) => {
    const judge = await startJudge();
    const run = await hookspool(["forge", "wavespeed", "completed", ...flags, "--to", judge.url, "--json"], {
      env,
    });
    expect(run.lines()[0]).toMatchObject({ provider: "wavespeed", verdict: "verified" });
    expect(judge.seen[0]?.json).toMatchObject(expected);
  });

  test("carries a file byte for byte", async () => {
    const judge = await startJudge();
    const file = join(temporaryFolder(), "payload.json");
    const bytes = Buffer.from('{ "id":"t1",\r\n "n": 1.0, "raw":"\xff" }', "latin1");
    writeFileSync(file, bytes);
    const run = await hookspool(
      ["forge", "wavespeed", "completed", "--data", `@${file}`, "--to", judge.url],
      { env },
    );
    expect(run.code).toBe(0);
    expect(judge.seen[0]?.body).toEqual(bytes);
  });

  test("carries what comes on stdin byte for byte", async () => {
    const judge = await startJudge();
    const words = ["forge", "wavespeed", "completed", "--unsigned", "--data", "-", "--to", judge.url];
    const child = spawn(process.execPath, [bin, ...words, "--dir", temporaryFolder()], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.stdin?.end("[ 1.0 ]\n");
    expect(await once(child, "close")).toEqual([0, null]);
    expect(judge.seen[0]?.text).toBe("[ 1.0 ]\n");
  });

  test("is sent as often as --count says, a job each", async () => {
    const judge = await startJudge();
    const run = await hookspool(
      ["forge", "get3w", "completed", "--count", "3", "--to", judge.url, "--json"],
      { env },
    );
    const deliveries = run.lines().filter(({ type }) => type === "delivery");
    expect(new Set(deliveries.map((line) => line.job)).size).toBe(3);
  });
});

describe("a flaw", () => {
  test.each([
    ["--unsigned", "wavespeed", "missing"],
    ["--bad-signature", "wavespeed", "mismatch"],
    ["--stale", "wavespeed", "stale"],
    ["--bad-signature", "get3w", "mismatch"],
  ])("%s of %s is rejected as %s, here and by the handler", async (flag, provider, reason) => {
    const judge = await startJudge(async ({ headers, body }) => {
      const { verdict } = await verify({ provider, secret, headers, body });
      if (verdict === "rejected") throw new Error(verdict);
    });
    const run = await hookspool(["forge", provider, "completed", flag, "--to", judge.url, "--json"], { env });
    expect(run.lines()[0]).toMatchObject({ verdict: "rejected", reason });
    expect([run.code, statuses(run.lines())]).toEqual([1, [401]]);
  });
});

describe("exit codes", () => {
  test("1 for a no, 3 where nothing listens, 4 where nobody answers in time", async () => {
    const judge = await startJudge(() => 500);
    const silent = await startHandler(() => {});
    const forge = (...flags: string[]) => hookspool(["forge", "wavespeed", "completed", ...flags], { env });
    expect((await forge("--to", judge.url)).code).toBe(1);
    expect((await forge("--to", String(await closedPort()))).code).toBe(3);
    expect((await forge("--to", silent.url, "--timeout", "200ms")).code).toBe(4);
  });

  test.each([
    ["no secret", ["forge", "wavespeed", "completed"], {}, "E_NO_SECRET", /hookspool secret set wavespeed/],
    [
      "an unknown provider",
      ["forge", "wavespede", "completed"],
      env,
      "E_NO_PROVIDER",
      /Did you mean "wavespeed"/,
    ],
    ["an unknown event", ["forge", "wavespeed", "complete"], env, "E_NO_EVENT", /completed, failed/],
    ["no event", ["forge", "wavespeed"], env, "E_USAGE", /completed, failed/],
    ["another's scenario", ["forge", "wavespeed", "--scenario", "batch"], env, "E_NO_SCENARIO", /runware/],
    ["no JSON", ["forge", "wavespeed", "completed", "--data", "{"], env, "E_BAD_DATA", /@payload\.json/],
    ["a missing file", ["forge", "wavespeed", "completed", "--data", "@/nowhere"], env, "E_FILE", /path/],
    ["two flaws", ["forge", "wavespeed", "completed", "--stale", "--unsigned"], env, "E_USAGE", /help/],
    [
      "a pointless --time-scale",
      ["forge", "wavespeed", "completed", "--time-scale", "9"],
      env,
      "E_USAGE",
      /--retries/,
    ],
  ])("2 for %s, and nothing is sent", async (_case, args, secrets, code, hint) => {
    const judge = await startJudge();
    const run = await hookspool([...args, "--to", judge.url], { env: secrets });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`(${code})`)]);
    expect(run.stderr).toMatch(hint);
    expect(judge.seen).toEqual([]);
  });

  test("an unsigned delivery needs no secret", async () => {
    const judge = await startJudge();
    expect((await hookspool(["forge", "wavespeed", "completed", "--unsigned", "--to", judge.url])).code).toBe(
      0,
    );
    expect(judge.seen[0]?.fields["webhook-signature"]).toBeUndefined();
  });
});

describe("--retries", () => {
  test("go on until the handler takes it: same id, same bytes, each signed anew", async () => {
    const judge = await startJudge((_delivery, index) => (index < 2 ? 500 : 200));
    const run = await hookspool(
      ["forge", "wavespeed", "completed", "--retries", "--time-scale", "2", "--to", judge.url],
      { env },
    );
    expect(run.code).toBe(0);
    expect(judge.seen.length).toBe(3);
    expect(new Set(judge.seen.map(({ text }) => text)).size).toBe(1);
    expect(new Set(judge.seen.map(({ fields }) => fields["webhook-id"])).size).toBe(1);
    expect(new Set(judge.seen.map(({ fields }) => fields["webhook-timestamp"])).size).toBeGreaterThan(1);
    for (const { headers, body } of judge.seen)
      expect(await verify({ provider: "wavespeed", secret, headers, body })).toMatchObject({
        verdict: "verified",
      });
    expect(run.stderr).toMatch(
      /tries again in 1 s, which is 500 ms here \(attempt 2 of 4\)\n.*in 2 s, which is 1 s here \(attempt 3 of 4\)/,
    );
    expect(run.stdout).toMatch(/again, first #1/);
    expect(run.stdout).toMatch(/WaveSpeedAI takes 200 for received after 3 attempts/);
  });

  test("end where the provider gives up, and say what it does then", async () => {
    const judge = await startJudge(() => 503);
    const run = await hookspool(
      ["forge", "wavespeed", "failed", "--retries", "--time-scale", "100", "--to", judge.url],
      { env },
    );
    expect([run.code, judge.seen.length]).toEqual([1, 4]);
    expect(run.stdout).toMatch(/gives up after 4 attempts\. The task itself is marked failed/);
  });

  test.each([
    ["an answer that this provider takes for final", "assemblyai", 404, 1, /takes 404 for a final no/],
    ["a 2xx that this provider does not take", "luma", 204, 4, /gives up after 4 attempts/],
    ["no answer", "get3w", null, 4, /gives up after 4 attempts/],
  ])("judge %s as the provider does", async (_case, provider, status, tries, said) => {
    const judge = await startJudge(() => status ?? 200);
    const to = status === null ? String(await closedPort()) : judge.url;
    const run = await hookspool(
      ["forge", provider, "completed", "--retries", "--time-scale", "1000", "--to", to],
      {
        env,
      },
    );
    expect(run.code).toBe(status === null ? 3 : 1);
    expect(run.stdout.match(/-->/g)?.length).toBe(tries);
    expect(run.stdout).toMatch(said);
  });

  test("of news of progress are none where the provider sends it once", async () => {
    const judge = await startJudge(() => 500);
    const run = await hookspool(["forge", "replicate", "start", "--retries", "--to", judge.url], { env });
    expect([run.code, judge.seen.length]).toEqual([1, 1]);
    expect(run.stdout).toMatch(/sends news of progress once/);
  });

  test("print delivery and attempt lines alone with --json", async () => {
    const judge = await startJudge((_delivery, index) => (index === 0 ? 500 : 200));
    const run = await hookspool(
      ["forge", "wavespeed", "completed", "--retries", "--time-scale", "100", "--to", judge.url, "--json"],
      { env },
    );
    expect(run.lines().map(({ type }) => type)).toEqual(["delivery", "attempt", "delivery", "attempt"]);
    expect(run.stderr).toMatch(/received after 2 attempts/);
  });
});

describe("--scenario", () => {
  test.each([
    ["progress", "wazza", ["processing ×9", "completed"]],
    ["batch", "runware", ["completed ×4"]],
    ["duplicate", "wavespeed", ["completed ×2"]],
    ["out-of-order", "wazza", ["completed", "processing"]],
    ["failed-then-retry", "get3w", ["failed", "completed"]],
    ["retry-storm", "wavespeed", ["completed ×4"]],
  ])("%s of %s is %s of one job", async (scenario, provider, expected) => {
    const judge = await startJudge();
    const run = await hookspool(
      ["forge", provider, "--scenario", scenario, "--time-scale", "200", "--to", judge.url, "--json"],
      { env },
    );
    expect(run.code).toBe(0);
    const deliveries = run.lines().filter(({ type }) => type === "delivery");
    expect(runs(deliveries.map((line) => line.event))).toEqual(expected);
    expect(new Set(deliveries.map((line) => line.job)).size).toBe(1);
    const verdicts = new Set(deliveries.map((line) => line.verdict));
    expect([...verdicts]).toEqual([provider === "runware" ? "undecided" : "verified"]);
  });

  test("keeps its delays", async () => {
    const at: number[] = [];
    const judge = await startJudge(() => void at.push(performance.now()));
    await hookspool(["forge", "wavespeed", "--scenario", "duplicate", "--to", judge.url], { env });
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(950);
  });

  test("a batch has as many results as --count says", async () => {
    const judge = await startJudge();
    await hookspool(
      ["forge", "runware", "--scenario", "batch", "--count", "2", "--time-scale", "100", "--to", judge.url],
      { env },
    );
    expect(judge.seen.length).toBe(2);
  });
});

/** `["a", "b", "b"]` as `["a", "b ×2"]`. */
function runs(words: readonly unknown[]): string[] {
  const starts = words.flatMap((word, i) => (i === 0 || words[i - 1] !== word ? [i] : []));
  return starts.map((start, i) => {
    const count = (starts[i + 1] ?? words.length) - start;
    return count === 1 ? String(words[start]) : `${words[start]} ×${count}`;
  });
}

describe("outputs", () => {
  const outputOf: Record<string, (json: Judged["json"]) => string> = {
    "wavespeed completed": (json) => json.outputs[0],
    "wazza job.completed": (json) => json.output.url,
    "runware audioInference": (json) => json.audioURL,
    "meshy completed": (json) => json.model_urls.glb,
  };

  test.each([
    ["wavespeed", "completed", "image/png"],
    ["wazza", "job.completed", "video/mp4"],
    ["runware", "audioInference", "audio/wav"],
    ["meshy", "completed", "model/gltf-binary"],
  ])("of %s %s can be fetched as %s, before the answer and shortly after", async (provider, event, type) => {
    const fetched: Promise<{ type: string | null; size: number }>[] = [];
    const download = async (url: string) => {
      const response = await fetch(url);
      return { type: response.headers.get("content-type"), size: (await response.arrayBuffer()).byteLength };
    };
    const judge = await startJudge(async ({ json }) => {
      const url = outputOf[`${provider} ${event}`]?.(json) ?? "";
      fetched.push(download(url));
      await fetched[0];
      setTimeout(() => fetched.push(download(url)), 100);
    });
    const run = await hookspool(["forge", provider, event, "--to", judge.url], {
      env: { ...env, HOOKSPOOL_SECRET_MESHY: secret },
    });
    expect(run.code).toBe(0);
    const [before, after] = await Promise.all(fetched);
    expect(before?.type).toBe(type);
    expect(before?.size).toBeGreaterThan(100);
    expect(after).toEqual(before);
  });
});

describe("a provider whose keys nobody else has", () => {
  test.each(["fal", "ideogram", "atlascloud"])(
    "%s is forged with a development key that is served",
    async (provider) => {
      const port = await closedPort();
      const judge = await startJudge(async ({ headers, body }) => {
        const served = await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`);
        const keys = (await served.json()) as { keys: JsonWebKey[] };
        const { verdict } = await verify({ provider, secret: keys, headers, body });
        return verdict === "verified" ? 200 : 401;
      });
      const dir = temporaryFolder();
      const args = [
        "forge",
        provider,
        "completed",
        "--media-port",
        String(port),
        "--to",
        judge.url,
        "--json",
      ];
      const first = await hookspool(args, { dir });
      expect(first.code).toBe(0);
      expect(first.lines()[0]).toMatchObject({ provider, verdict: "verified" });
      expect(first.stderr).toMatch(/development key/);
      expect(first.stderr).toContain(`http://127.0.0.1:${port}/.well-known/jwks.json`);
      const file = join(dir, "development-key.json");
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const key = readFileSync(file, "utf8");
      expect((await hookspool(args, { dir })).code).toBe(0);
      expect(readFileSync(file, "utf8")).toBe(key);
      expect(first.stdout + first.stderr).not.toContain(JSON.parse(key).d);
    },
  );

  test("is forged with a private key that is stored, if there is one", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const keys = { keys: [publicKey.export({ format: "jwk" })] };
    const judge = await startJudge(async ({ headers, body }) => {
      const { verdict } = await verify({ provider: "fal", secret: keys, headers, body });
      return verdict === "verified" ? 200 : 401;
    });
    const own = { HOOKSPOOL_SECRET_FAL: JSON.stringify(privateKey.export({ format: "jwk" })) };
    const run = await hookspool(["forge", "fal", "OK", "--to", judge.url], { env: own });
    expect([run.code, run.stderr]).toEqual([0, ""]);
  });
});

describe("--list", () => {
  test("names events and scenarios, and needs neither secret nor target", async () => {
    const { code, stdout } = await hookspool(["forge", "wazza", "--list"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Events of Wazza\n {2}job\.completed +completed\n[\s\S]*Scenarios\n {2}progress/);
    const lines = (await hookspool(["forge", "wavespeed", "--list", "--json"])).lines();
    expect(lines.filter(({ type }) => type === "event").map((line) => line.name)).toEqual([
      "completed",
      "failed",
    ]);
    expect(lines.filter(({ type }) => type === "scenario").map((line) => line.name)).toEqual([
      "duplicate",
      "out-of-order",
      "failed-then-retry",
      "retry-storm",
    ]);
  });
});
