import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { HeaderPairs } from "../../src/core/headers.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { atTheEnd } from "../support/cleanup.ts";
import { hookspool, type Listening, startListen } from "../support/hookspool.ts";
import { ask, statusOf } from "../support/raw-client.ts";
import { type RawHandler, startHandler } from "../support/raw-handler.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
  /** Sizes of the chunks that it is sent in; none where it has a length. */
  readonly chunks: readonly number[] | null;
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const token = [..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Fields that speak of the connection or the framing, or that forwarding sets: they have tests of their own. */
const spokenFor =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-.*|te|trailer|upgrade|expect|forwarded|x-forwarded-.*)$/i;

const headerName = fc
  .oneof(
    fc.constantFrom("X-Thing", "x-thing", "X-THING", "Set-Cookie", "Cookie", "webhook-signature"),
    fc.constantFrom("Content-Type", "content-ENCODING", "Content-Disposition", "Date", "User-Agent", "age"),
    fc.string({ unit: fc.constantFrom(...token), minLength: 1, maxLength: 24 }),
  )
  .filter((name) => !spokenFor.test(name));

const bytesBetween = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));

/** Spaces around a value are no part of it. */
const trimmed = (text: string) => text.replace(/^[\t ]+|[\t ]+$/g, "");

const headerValue = fc.oneof(
  fc
    .string({
      unit: fc.constantFrom("\t", ...bytesBetween(0x20, 0x7e), ...bytesBetween(0x80, 0xff)),
      maxLength: 60,
    })
    .map(trimmed),
  fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no parser takes them in a value.
    return trimmed(Buffer.from(text.replace(/[\0-\x1f\x7f]/g, "")).toString("latin1"));
  }),
  fc.constantFrom("", "a, b", '"quoted"', "=?utf-8?q?x?="),
);

const path = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "",
        ".",
        "..",
        "..;",
        "%2F",
        "%2e%2e",
        "%00",
        "%C3%A9",
        "%c3%a9",
        "%",
        "%zz",
        "\\",
        "a+b",
      ),
      fc.string({
        unit: fc.constantFrom(...bytesBetween(0x21, 0x7e).filter((c) => !"#?".includes(c))),
        maxLength: 12,
      }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((segments) => `/${segments.join("/")}`);

const query = fc.oneof(
  fc.constantFrom("", "?", "??", "?a=b&a=c&", "?=&&", "?x=%2F/../"),
  fc
    .string({ unit: fc.constantFrom(...bytesBetween(0x21, 0x7e).filter((c) => c !== "#")), maxLength: 30 })
    .map((q) => `?${q}`),
);

const body = fc.oneof(
  fc.constant(new Uint8Array()),
  fc.uint8Array({ maxLength: 2_000 }),
  fc.json().map((text) => new Uint8Array(Buffer.from(text))),
  fc.json().map((text) => new Uint8Array(gzipSync(text))),
  fc
    .constantFrom("\xc3\x28", "\xff\xfe", "\xed\xa0\x80", "\xef\xbb\xbf{}", "\0", "\r\n\r\n")
    .map((text) => new Uint8Array(Buffer.from(text, "latin1"))),
);

const request: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom("POST", "POST", "PUT", "PATCH", "DELETE", "GET"),
  path: fc.tuple(path, query).map((parts) => parts.join("")),
  headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 12 }),
  body,
  chunks: fc.oneof(
    fc.constant(null),
    fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
  ),
});

/** The fields on the wire: ours for the framing among theirs, so that no place is favoured. */
function fieldsOf({ headers, body, chunks }: Sent): HeaderPairs {
  const framing = chunks
    ? (["Transfer-Encoding", "chunked"] as const)
    : (["content-Length", `${body.length}`] as const);
  const middle = headers.length >> 1;
  return [...headers.slice(0, middle), ["hoST", "hooks.example"], framing, ...headers.slice(middle)];
}

function wireBytes(sent: Sent): Buffer {
  const head = [
    `${sent.method} ${sent.path} HTTP/1.1`,
    ...fieldsOf(sent).map(([name, value]) => `${name}: ${value}`),
  ];
  const parts = [Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1")];
  if (!sent.chunks) return Buffer.concat([...parts, sent.body]);
  const sizes = [...sent.chunks];
  for (let at = 0; at < sent.body.length; ) {
    const size = sizes.shift() ?? sent.body.length;
    const piece = sent.body.subarray(at, at + size);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), Buffer.from(piece), Buffer.from("\r\n"));
    at += piece.length;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

let handler: RawHandler;
let listening: Listening;
let store: Store;
const all: Sent[] = [];

beforeAll(async () => {
  handler = await startHandler();
  listening = await startListen(handler.port);
  store = openStore(listening.dir);
  atTheEnd(() => store.close());
});

const ofTheConnection = ["connection"];

/** What a handler must see of what was sent: everything but the fields that the attempt lists as changed. */
function expectAtHandler(seen: Awaited<ReturnType<RawHandler["next"]>>, sent: Sent): void {
  expect(seen.start).toBe(`${sent.method} ${sent.path} HTTP/1.1`);
  expect(seen.digest).toBe(sha256(sent.body));
  const own = seen.headers.filter(
    ([name]) =>
      !/^(?:host|content-length|x-forwarded-.*)$/i.test(name) &&
      !ofTheConnection.includes(name.toLowerCase()),
  );
  expect(own).toEqual(sent.headers);
  const lengths = seen.headers
    .filter(([name]) => name.toLowerCase() === "content-length")
    .map(([, value]) => value);
  const lengthNeeded = sent.body.length > 0 || !sent.chunks || !["GET", "DELETE"].includes(sent.method);
  expect(lengths).toEqual(lengthNeeded ? [`${sent.body.length}`] : []);
  const hosts = seen.headers.filter(([name]) => name.toLowerCase() === "host");
  expect(hosts).toEqual([["hoST", `localhost:${handler.port}`]]);
}

async function sendAndCheck(sent: Sent): Promise<number> {
  expect(statusOf(await ask(listening.port, wireBytes(sent)))).toBe(200);
  all.push(sent);
  const id = all.length;
  expectAtHandler(await handler.next(), sent);
  expect(store.reader.delivery(id)).toMatchObject({
    method: sent.method,
    path: sent.path,
    headers: fieldsOf(sent),
    bytes: sent.body.length,
    digest: sha256(sent.body),
  });
  expect(Buffer.compare(store.reader.body(id)?.bytes() ?? Buffer.from("none"), sent.body)).toBe(0);
  return id;
}

test("whatever comes is kept and handed on to the byte", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(request, async (sent) => void (await sendAndCheck(sent))),
    { numRuns: 250 },
  );
});

test("5 MB of noise too, with a length and in chunks", async () => {
  for (const chunks of [null, [1, 70_000, 2_000_000]])
    await sendAndCheck({
      method: "POST",
      path: "/large",
      headers: [["X-a", "\xe9"]],
      body: randomBytes(5_000_000),
      chunks,
    });
});

describe("what was kept", () => {
  test.each([1, 2, 3, 5, 8])("is shown to the byte: latest~%i", { timeout: 30_000 }, async (back) => {
    const sent = all.at(-1 - back) as Sent;
    const [json, raw] = await Promise.all([
      hookspool(["show", `latest~${back}`, "--json"], listening),
      hookspool(["show", `latest~${back}`, "--raw"], listening),
    ]);
    const [line] = json.lines() as unknown as [{ body: { encoding: "utf8" | "base64"; data: string } }];
    expect(line).toMatchObject({
      method: sent.method,
      path: sent.path,
      headers: fieldsOf(sent),
      digest: sha256(sent.body),
    });
    expect(sha256(Buffer.from(line.body.data, line.body.encoding))).toBe(sha256(sent.body));
    expect(sha256(raw.bytes)).toBe(sha256(sent.body));
    expect([json.code, raw.code]).toEqual([0, 0]);
  });

  test("is replayed to the byte, and what was changed is listed", { timeout: 60_000 }, async () => {
    const handed = handler.requests.length;
    const { code, lines } = await hookspool(["replay", `1..${all.length}`, "--json"], listening);
    expect(code).toBe(0);
    const attempts = lines().filter(({ type }) => type === "attempt");
    expect(attempts.map((attempt) => attempt.delivery)).toEqual(all.map((_, i) => i + 1));
    for (const [i, sent] of all.entries()) {
      const again = handler.requests[handed + i];
      if (!again) throw new Error(`delivery ${i + 1} was not replayed`);
      expectAtHandler(again, sent);
      const [first, second] = store.reader.attempts(i + 1);
      expect([first?.trigger, second?.trigger]).toEqual(["capture", "replay"]);
      expect(second?.changes).toEqual(first?.changes);
      expect(second?.changes.removed).toEqual(sent.chunks ? ["Transfer-Encoding"] : []);
      const set = second?.changes.set.map(([name]) => name).filter((name) => name !== "Content-Length");
      expect(set).toEqual(["hoST", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"]);
    }
  });

  test("nothing was said on stderr all the while", async () => {
    expect(await listening.stop()).toBe(0);
    expect(
      listening
        .stderr()
        .split("\n")
        .filter((line) => !/^(?:Stopping|)/.test(line)),
    ).toEqual([]);
  });
});
