import { expect, test } from "vitest";
import { valuesOf } from "../support/messages.ts";
import { ask, post, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";
import { type Spool, startSpool } from "../support/spool.ts";

const stored = (spool: Spool) => spool.store.reader.list({}, { limit: 1_000 });

/** 404: understood, and kept out. 400: no HTTP to begin with. */
const hostilePaths: readonly (readonly [path: string, status: 400 | 404])[] = [
  ["/", 404],
  ["/hooksy", 404],
  ["/HOOKS", 404],
  ["/Hooks/a", 404],
  ["//hooks", 404],
  ["///hooks/a", 404],
  ["/./hooks", 404],
  ["/x/../hooks", 404],
  ["/hooks/.", 404],
  ["/hooks/..", 404],
  ["/hooks/./a", 404],
  ["/hooks/../admin", 404],
  ["/hooks/../hooks/a", 404],
  ["/hooks/a/../../admin", 404],
  ["/hooks//a", 404],
  ["/hooks//", 404],
  ["/hooks/%2e/admin", 404],
  ["/hooks/%2e%2e/admin", 404],
  ["/hooks/%2E%2E/admin", 404],
  ["/hooks/.%2e/admin", 404],
  ["/hooks/..%2fadmin", 404],
  ["/hooks/..%2Fadmin", 404],
  ["/hooks%2fa", 404],
  ["/hooks/a%2f..%2f..%2fadmin", 404],
  ["/hooks/..%5cadmin", 404],
  ["/hooks/..\\admin", 404],
  ["/hooks\\..\\admin", 404],
  ["\\hooks", 400],
  ["/hooks/..;/admin", 404],
  ["/hooks;a=b", 404],
  ["/hooks/a;jsessionid=1", 404],
  ["/hooks/%3b/a", 404],
  ["/hooks/%252e%252e/admin", 404],
  ["/hooks/%252fadmin", 404],
  ["/hooks/%c0%ae%c0%ae/admin", 404],
  ["/hooks/%c0%afadmin", 404],
  ["/hooks/%e0%80%af", 404],
  ["/hooks/%ef%bc%8f..%ef%bc%8fadmin", 404],
  ["/hooks/%u002e%u002e/admin", 404],
  ["/hooks/%", 404],
  ["/hooks/%zz", 404],
  ["/hooks/%00", 404],
  ["/hooks/a%00.png", 404],
  ["/hooks/%0d%0aX-A:%201", 404],
  ["/hooks/%09", 404],
  ["/hooks/%7f", 404],
  ["/hooks/%41", 404],
  ["/h%6foks/a", 404],
  ["/%68ooks", 404],
  ["/hooks/...", 404],
  ["/hooks/..%20/admin", 404],
  ["/hooks/%20../admin", 404],
  ["/hooks%3fa", 404],
  ["/hooks/a%23b", 404],
  ["/hooks#a", 404],
  ["/hooks/a?b#c", 404],
  ["/hooks?a=\x01", 400],
  ["/hooks/\x00", 400],
  ["/hooks/\x7f", 400],
  ["/hooks/\xe9", 400],
  ["/hooks/\xc0\xae\xc0\xae/admin", 400],
  ["/other?/hooks", 404],
  ["/?/hooks", 404],
  ["?/hooks", 400],
  ["#/hooks", 400],
  ["*", 404],
  ["http://hooks.example/hooks", 404],
  ["HTTP://hooks.example/hooks", 404],
  ["http://hooks.example/x/../hooks", 404],
  ["http:/hooks", 400],
  ["hooks", 400],
  ["hooks.example:443", 400],
];

/** The path as these very bytes. */
const get = (path: string) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: hooks.example\r\n\r\n`, "latin1");

const plainPaths = [
  "/hooks",
  "/hooks/",
  "/hooks?x",
  "/hooks/?x=/../&y=%2e%2e//;",
  "/hooks/a/b.c-d_e~f",
  "/hooks/a..b/..c/d..",
  "/hooks/a:b@c!$&'()*+,=",
  "/hooks/a%20b",
  "/hooks/%C3%A9t%c3%a9",
  "/hooks/%5Bid%5D",
];

test("a table of hostile paths: none gets through an allow-list, nothing is kept, all are told of", async () => {
  expect(hostilePaths.length).toBeGreaterThan(60);
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port, paths: ["/hooks"] });
  const answers: [string, number][] = [];
  for (const [path] of hostilePaths) answers.push([path, statusOf(await ask(spool.port, get(path)))]);
  expect(answers).toEqual(hostilePaths);
  expect([stored(spool), handler.requests]).toEqual([[], []]);
  expect(spool.notices).toHaveLength(hostilePaths.length);
  expect(spool.notices.every(({ type }) => type === "turned-away")).toBe(true);
});

test.each(plainPaths)("%s gets through, to the letter", async (path) => {
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port, paths: ["/hooks"] });
  expect(statusOf(await ask(spool.port, post(path, "x")))).toBe(200);
  expect(handler.requests.map(({ start }) => start)).toEqual([`POST ${path} HTTP/1.1`]);
  expect(stored(spool)).toMatchObject([{ path }]);
});

test("without an allow-list every path is a delivery's", async () => {
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port });
  const taken = hostilePaths.filter(([, status]) => status === 404).map(([path]) => path);
  for (const path of taken) expect([path, statusOf(await ask(spool.port, get(path)))]).toEqual([path, 200]);
  expect(stored(spool).map(({ path }) => path)).toEqual(taken.reverse());
});

test.each([
  ["X-Original-URL: /admin", 404],
  ["X-Rewrite-URL: /admin", 404],
  ["x-original-uri: /hooks/../admin", 404],
  ["X_Original_URL: /admin", 404],
  ["X-Override-URL: http://hooks.example/admin", 404],
  ["X-HTTP-DestinationURL: /admin", 404],
  ["X-Original-URL: /hooks", 200],
  ["X-Forwarded-Prefix: /admin", 200],
  ["X-Forwarded-Path: /admin", 200],
  ["X-HTTP-Method-Override: DELETE", 200],
  ["Connection: close, Host", 200],
  ["Connection: Content-Length", 200],
  ["Host: other.example", 400],
  ["Content-Length: 7", 400],
  ["Transfer-Encoding: chunked", 400],
  ["Transfer-Encoding : chunked", 400],
  ["Transfer-Encoding: identity", 400],
  ["\tX-Folded: 1", 400],
  ["X-A: 1\r\n folded", 400],
  ["X-A: a\0b", 400],
  ["X-A: a\rb", 400],
  ["X A: 1", 400],
  [": no name", 400],
])("where only /hooks is let through, a header %j gets %i", async (field, status) => {
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port, paths: ["/hooks"] });
  expect(statusOf(await ask(spool.port, post("/hooks", "x", field)))).toBe(status);
  expect(stored(spool)).toHaveLength(status === 200 ? 1 : 0);
  const [seen] = handler.requests;
  expect(handler.requests).toHaveLength(status === 200 ? 1 : 0);
  if (!seen) return;
  // Whatever came: one target, one length, and nothing that speaks of another path.
  expect(valuesOf(seen.headers, "host")).toEqual([`localhost:${handler.port}`]);
  expect(valuesOf(seen.headers, "content-length")).toEqual(["1"]);
  expect(valuesOf(seen.headers, "x-forwarded-prefix")).toEqual([]);
  expect(valuesOf(seen.headers, "x-forwarded-path")).toEqual([]);
});
