import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { HeaderPairs } from "../../src/core/headers.ts";
import { verify } from "../../src/index.ts";
import { temporaryFolder } from "../support/cleanup.ts";
import { hookspool, startListen } from "../support/hookspool.ts";
import { type Judge, startJudge } from "../support/judge.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const env = { HOOKSPOOL_SECRET_WAVESPEED: secret };

let judge: Judge;
let dir: string;

beforeEach(async () => {
  judge = await startJudge();
  dir = temporaryFolder();
});

/** A delivery on disk, and the request as the handler had it. */
async function forged(...flags: string[]) {
  await hookspool(["forge", "wavespeed", "completed", ...flags, "--to", `${judge.url}/in`], { dir, env });
  const [first] = judge.seen;
  if (!first) throw new Error("nothing was forged");
  return first;
}

const replay = (...args: string[]) => hookspool(["replay", "1", ...args], { dir, env });
const verdictOn = async ({ headers, body }: { headers: HeaderPairs; body: Buffer }) =>
  (await verify({ provider: "wavespeed", secret, headers, body })).verdict;

describe("--resign", () => {
  test("renews a stale delivery's time and signature, and nothing else", async () => {
    const stale = await forged("--stale");
    expect(await verdictOn(stale)).toBe("rejected");
    const run = await replay("--resign", "--json");
    expect(run.code).toBe(0);
    expect(run.lines().map(({ type }) => type)).toEqual(["delivery", "attempt"]);
    const fresh = judge.seen[1] as typeof stale;
    expect(await verdictOn(fresh)).toBe("verified");
    expect(fresh.body).toEqual(stale.body);
    expect(fresh.url).toBe(stale.url);
    expect(fresh.headers.map(([name]) => name)).toEqual(stale.headers.map(([name]) => name));
    const changed = fresh.headers
      .filter(([, value], i) => stale.headers[i]?.[1] !== value)
      .map(([name]) => name);
    expect(changed).toEqual(["webhook-timestamp", "webhook-signature"]);
  });

  test("keeps the order, spelling and repeats of what was captured", async () => {
    const listening = await startListen(judge.url, [], { dir, env });
    const { sign } = await import("../../src/index.ts");
    const body = '{"id":"t1","status":"completed"}';
    const signed = await sign({ provider: "wavespeed", secret, body, id: "t1", timestamp: 1_700_000_000 });
    const { request } = await import("node:http");
    const pairs = [["X-b", "1"], ...signed.map(([name, value]) => [name.toUpperCase(), value]), ["x-B", "2"]];
    await new Promise((resolve) => {
      const headers = ["Host", "calm-fox.example", ...pairs.flat(), "Content-Length", String(body.length)];
      const options = {
        method: "POST",
        headers: headers as unknown as Record<string, string>,
        setHost: false,
      };
      request(`http://127.0.0.1:${listening.port}/in?x=%20`, options, resolve).end(body);
    });
    await listening.attempt(1);
    await listening.stop();
    expect((await replay("--resign")).code).toBe(0);
    const [captured, fresh] = judge.seen;
    expect(fresh?.headers.map(([name]) => name)).toEqual(captured?.headers.map(([name]) => name));
    expect(fresh?.url).toBe("/in?x=%20");
    expect(fresh && (await verdictOn(fresh))).toBe("verified");
  });

  test("is put on record: what the attempt sent otherwise than what is stored", async () => {
    await forged();
    await replay("--set", "status=failed", "--resign");
    const [shown] = (await hookspool(["show", "1", "--json"], { dir })).lines();
    expect(shown).toMatchObject({
      body: { data: expect.stringContaining('"status":"completed"') },
      attempts: [
        { trigger: "capture" },
        {
          trigger: "replay",
          changes: {
            body: expect.stringMatching(/^[0-9a-f]{64}$/),
            set: expect.arrayContaining([["webhook-signature", expect.stringMatching(/^v3,/)]]),
          },
        },
      ],
    });
  });

  test.each([
    ["without a secret", "E_NO_SECRET", {}],
    ["of a provider that nobody knows", "E_NO_PROVIDER", env],
  ])("%s is refused", async (_case, code, secrets) => {
    if (code === "E_NO_SECRET") await forged();
    else {
      const listening = await startListen(judge.url, [], { dir });
      await fetch(`http://127.0.0.1:${listening.port}/`, { method: "POST", body: "hello" });
      await listening.attempt(1);
      await listening.stop();
    }
    const run = await hookspool(["replay", "1", "--resign"], { dir, env: secrets });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`(${code})`)]);
    expect(judge.seen.length).toBe(1);
  });
});

test("what was forged has its outputs again while it is replayed", async () => {
  const types: (string | null)[] = [];
  judge = await startJudge(async ({ json }) => {
    types.push((await fetch(json.outputs[0])).headers.get("content-type"));
  });
  await forged();
  expect((await replay()).code).toBe(0);
  expect(types).toEqual(["image/png", "image/png"]);
});

describe("a changed delivery", () => {
  test.each([
    ["--set", ["--set", "status=failed"]],
    ["--header", ["--header", "webhook-id: other"]],
    ["--edit", ["--edit"]],
  ])("by %s is not sent before it is said whether to sign it again", async (flag, flags) => {
    await forged();
    const run = await replay(...flags);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(
      new RegExp(`^hookspool: ${flag} .*\\(E_RESIGN\\)\\. Give --resign .*--no-resign`),
    );
    expect(judge.seen.length).toBe(1);
  });

  test("by --set and --header is sent signed again, or with the old signature", async () => {
    const first = await forged();
    const flags = [
      "--set",
      "outputs.0=https://x.test/ä.png",
      "--header",
      "X-Trace: 7",
      "--header",
      "Webhook-Id: t2",
    ];
    await replay(...flags, "--resign");
    await replay(...flags, "--no-resign");
    const [, signed, unsigned] = judge.seen;
    for (const sent of [signed, unsigned]) {
      expect(sent?.json).toEqual({ ...first.json, outputs: ["https://x.test/ä.png"] });
      expect(sent?.fields).toMatchObject({ "x-trace": "7", "webhook-id": "t2" });
      expect(sent?.fields["content-length"]).toBe(String(sent?.body.length));
    }
    expect(signed && (await verdictOn(signed))).toBe("verified");
    expect(unsigned && (await verdictOn(unsigned))).toBe("rejected");
    expect(unsigned?.fields["webhook-signature"]).toBe(first.fields["webhook-signature"]);
  });

  test("can be seen before it is sent", async () => {
    await forged();
    const run = await replay("--set", "status=failed", "--resign", "--dry-run", "--json");
    expect(run.lines()[0]).toMatchObject({ type: "request", delivery: 1 });
    expect(judge.seen.length).toBe(1);
  });
});

describe("--edit", () => {
  /** An editor that notes what it was given, and does as it is told. */
  function editor(script: string) {
    const folder = temporaryFolder();
    const file = join(folder, "editor");
    writeFileSync(
      file,
      `#!/bin/sh\nprintf %s "$2" > ${folder}/path\nstat -c %a "$2" > ${folder}/mode\n${script}\n`,
    );
    chmodSync(file, statSync(file).mode | 0o100);
    const noted = (name: string) => readFileSync(join(folder, name), "utf8").trim();
    return { command: `${file} --wait`, noted };
  }

  test("sends what was saved, from a file that only its owner reads and that is gone afterwards", async () => {
    await forged();
    const { command, noted } = editor(`sed -i s/completed/edited/ "$2"`);
    const run = await hookspool(["replay", "1", "--edit", "--resign"], {
      dir,
      env: { ...env, EDITOR: command },
    });
    expect(run.code).toBe(0);
    const sent = judge.seen[1];
    expect(sent?.json.status).toBe("edited");
    expect(sent && (await verdictOn(sent))).toBe("verified");
    expect(noted("mode")).toBe("600");
    expect(existsSync(noted("path"))).toBe(false);
  });

  test("sends nothing when the editor fails", async () => {
    await forged();
    const { command, noted } = editor("exit 3");
    const run = await hookspool(["replay", "1", "--edit", "--resign"], {
      dir,
      env: { ...env, VISUAL: command },
    });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining("(E_EDITOR)")]);
    expect(judge.seen.length).toBe(1);
    expect(existsSync(noted("path"))).toBe(false);
  });
});
