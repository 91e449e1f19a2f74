import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { valuesOf } from "../support/messages.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";
import { startSpool } from "../support/spool.ts";

const token = "k9-Xq_7.tokens~are-long";
const basic = "anna:geheim:ß";
const basicField = `Authorization: Basic ${Buffer.from(basic).toString("base64")}`;
const bearerField = `Authorization: Bearer ${token}`;
const PATH = "token in the path";

async function guarded(credentials = { basic, token }, paths: readonly string[] = []) {
  const handler = await startHandler();
  return { handler, spool: await startSpool({ target: handler.port, credentials, paths }) };
}

test.each([
  ["Basic", "/hooks?a=1", [basicField], "/hooks?a=1", ["Authorization"]],
  ["basic, in lower case", "/hooks", [basicField.replace("Basic", "basic")], "/hooks", ["Authorization"]],
  ["a bearer token", "/hooks?a=1", [bearerField], "/hooks?a=1", ["Authorization"]],
  ["a token in the path", `/${token}/hooks?a=1`, [], "/hooks?a=1", [PATH]],
  ["a token that is the path", `/${token}`, [], "/", [PATH]],
  ["a token before a query", `/${token}?a=1`, [], "/?a=1", [PATH]],
  ["both", `/${token}/hooks`, [bearerField], "/hooks", [PATH, "Authorization"]],
  ["a token that a proxy repeats", `/${token}/a`, [`X-Seen: /${token}/a`], "/a", [PATH, "X-Seen"]],
])("%s lets a delivery in, and is neither kept nor forwarded", async (_how, path, fields, kept, withheld) => {
  const { handler, spool } = await guarded();
  const own = ["X-First: 1", ...fields, "X-Last: 2"];
  expect(statusOf(await ask(spool.port, post(path, "x", ...own)))).toBe(200);
  const seen = await handler.next();
  expect(seen.start).toBe(`POST ${kept} HTTP/1.1`);
  expect(valuesOf(seen.headers, "authorization")).toEqual([]);
  const delivery = spool.store.reader.delivery(1);
  expect(delivery).toMatchObject({ path: kept, withheld });
  expect(delivery?.headers.map(([name]) => name)).toEqual(["Host", "Content-Length", "X-First", "X-Last"]);
  await spool.next("attempt");
  await spool.close();
  for (const file of ["hookspool.db", "hookspool.db-wal"])
    expect(secretsIn(join(spool.dir, file))).toEqual([]);
});

function secretsIn(file: string): string[] {
  try {
    const bytes = readFileSync(file);
    return [token, basic, basicField.split(" ")[2] ?? ""].filter((secret) => bytes.includes(secret));
  } catch {
    return [];
  }
}

test.each([
  ["nothing", "/hooks", []],
  ["another password", "/hooks", [`Authorization: Basic ${btoa("anna:other")}`]],
  ["half a password", "/hooks", [`Authorization: Basic ${btoa("anna:geheim")}`]],
  ["a token for a password", "/hooks", [`Authorization: Basic ${btoa(token)}`]],
  ["a password for a token", "/hooks", [`Authorization: Bearer ${btoa(basic)}`]],
  ["a token without a scheme", "/hooks", [`Authorization: ${token}`]],
  ["a scheme without a token", "/hooks", ["Authorization: Bearer"]],
  ["two credentials, one right", "/hooks", [bearerField, "Authorization: Bearer other"]],
  ["a token with a letter more", `/${token}x/hooks`, []],
  ["a token with a letter less", `/${token.slice(1)}/hooks`, []],
  ["a token that is escaped", `/%6b${token.slice(1)}/hooks`, []],
  ["a token as the second segment", `/hooks/${token}`, []],
  ["a token in the query", `/hooks?token=${token}`, []],
  ["a token behind two slashes", `//${token}/hooks`, []],
])("%s gets 401, and leaves nothing", async (_what, path, fields) => {
  const { handler, spool } = await guarded();
  const answer = await ask(spool.port, post(path, "x", ...fields));
  expect(statusOf(answer)).toBe(401);
  expect(valuesOf(answer.headers, "www-authenticate")).toEqual([
    'Basic realm="hookspool", charset="UTF-8", Bearer realm="hookspool"',
  ]);
  expect([spool.store.reader.counts().deliveries, handler.requests]).toEqual([0, []]);
  expect(spool.notices).toMatchObject([{ type: "turned-away", status: 401, reason: "no valid credential" }]);
});

test("the sender's own Authorization stays where the token is in the path", async () => {
  const { handler, spool } = await guarded();
  const own = "Authorization: Bearer the-provider-s-own";
  expect(statusOf(await ask(spool.port, post(`/${token}/hooks`, "x", own)))).toBe(200);
  expect(valuesOf((await handler.next()).headers, "authorization")).toEqual(["Bearer the-provider-s-own"]);
  expect(spool.store.reader.delivery(1)).toMatchObject({ withheld: [PATH] });
});

test("the allow-list is compared with the path behind the token", async () => {
  const { spool } = await guarded({ basic, token }, ["/hooks"]);
  for (const [path, status] of [
    [`/${token}/hooks`, 200],
    [`/${token}/other`, 404],
    [`/${token}/../hooks`, 404],
    ["/hooks", 401],
  ] as const)
    expect([path, statusOf(await ask(spool.port, post(path, "x")))]).toEqual([path, status]);
});

test("where nothing is asked for, an Authorization is the delivery's own", async () => {
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port });
  expect(statusOf(await ask(spool.port, post("/hooks", "x", bearerField)))).toBe(200);
  expect(valuesOf((await handler.next()).headers, "authorization")).toEqual([`Bearer ${token}`]);
  expect(spool.store.reader.delivery(1)).toMatchObject({ withheld: [] });
});

test("an answer in the middle of a body that was not asked for: nothing of it is held", async () => {
  const { spool } = await guarded();
  const head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n";
  expect(statusOf(await ask(spool.port, `${head}Expect: 100-continue\r\n\r\n`))).toBe(401);
  expect(statusOf(await ask(spool.port, `${head}\r\n`, Buffer.alloc(4_000_000)))).toBe(401);
});
