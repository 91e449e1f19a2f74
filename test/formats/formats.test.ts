import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Delivery } from "../../src/core/delivery.ts";
import type { HeaderPairs } from "../../src/core/headers.ts";
import type { ExportedDelivery } from "../../src/formats/_format.ts";
import { formats } from "../../src/formats/_registry.ts";
import { harFormat } from "../../src/formats/har.ts";
import { httpFormat } from "../../src/formats/http.ts";
import { documentOf } from "../../src/inspect/export.ts";
import { redactExport } from "../../src/inspect/redact.ts";
import { attempt, delivery } from "../support/delivery.ts";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
}

function exported({ method, path, headers, body }: Request): ExportedDelivery {
  const whole: Delivery = {
    ...delivery({ method, path, bytes: body.length }),
    headers,
    httpVersion: "1.1",
    peer: null,
    clientAddress: null,
    withheld: [],
    explanation: "signed with the secret of wazza",
    digest: "00",
  };
  return { delivery: whole, body, attempts: [], url: `http://localhost:3000${path}` };
}

const latin1 = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));

const request = fc.record({
  method: fc.constantFrom("POST", "PUT", "GET", "PATCH"),
  path: fc
    .string({ unit: fc.constantFrom(..."abc/%?&=.~", ...latin1(0xa1, 0xff)), maxLength: 30 })
    .map((path) => `/${path}`),
  headers: fc.array(
    fc.tuple(
      fc.constantFrom("X-One", "x-one", "Content-Type", "Webhook-Signature"),
      fc
        .string({ unit: fc.constantFrom(...latin1(0x20, 0x7e), ...latin1(0xa0, 0xff)), maxLength: 20 })
        // A message's lines do not keep the spaces at a value's ends.
        .map((value) => value.replace(/^[\s]+|[\s]+$/g, "")),
    ),
    { maxLength: 6 },
  ),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => new Uint8Array(Buffer.from(text))),
  ),
});

const readable = formats.filter((format) => "read" in format);

describe.each(readable)("$name", (format) => {
  test("what is written is read back to the byte", () => {
    fc.assert(
      fc.property(request, (sent) => {
        const read = format.read?.(documentOf(format, [exported(sent)]));
        expect(read).toHaveLength(1);
        const { method, path, headers, body } = read?.[0] ?? expect.unreachable();
        expect({ method, path, headers, body: Buffer.from(body) }).toEqual({
          ...sent,
          body: Buffer.from(sent.body),
        });
      }),
      { numRuns: 200 },
    );
  });

  test("takes nothing for its own that another format writes", () => {
    const one = exported({ method: "POST", path: "/", headers: [["A", "b"]], body: Buffer.from("{}") });
    for (const other of formats) {
      if (other.name === format.name) continue;
      expect(format.read?.(documentOf(other, [one])), other.name).toBeUndefined();
    }
  });
});

const secret = "v1,abcdefghijklmnopqrstuvwxyz";

test.each(formats)("$name masks what is secret", (format) => {
  const one = exported({
    method: "POST",
    path: "/hooks?token=abcdefghijklmnopq",
    headers: [["Webhook-Signature", secret]],
    body: Buffer.from("{}"),
  });
  const text = Buffer.from(documentOf(format, [redactExport(one)])).toString();
  expect(text).not.toContain(secret);
  expect(text).not.toContain("abcdefghijklmnopq");
});

test("an HTTP message has the body's bytes and CRLF between its lines", () => {
  const written = documentOf(httpFormat, [
    exported({
      method: "POST",
      path: "/a?b=1",
      headers: [["X-É".replace("É", "1"), "é"]],
      body: Uint8Array.of(0, 255),
    }),
  ]);
  expect(Buffer.from(written).toString("latin1")).toBe("POST /a?b=1 HTTP/1.1\r\nX-1: é\r\n\r\n\0ÿ");
});

test("a HAR entry carries the handler's last answer, and several deliveries stand in one archive", () => {
  const one = exported({ method: "POST", path: "/", headers: [], body: Buffer.from("{}") });
  const answered = {
    ...attempt({ status: 503 }),
    changes: { removed: [], set: [] },
    response: {
      status: 503,
      statusText: "Busy",
      headers: [["Content-Type", "text/plain"]] as const,
      body: Buffer.from("later"),
      bytes: 5,
    },
  };
  const refused = { ...answered, outcome: "refused" as const, response: null, problem: "nothing listens" };
  const { log } = JSON.parse(
    Buffer.from(documentOf(harFormat, [{ ...one, attempts: [answered, refused] }, one])).toString(),
  );
  expect(log.version).toBe("1.2");
  expect(log.entries).toHaveLength(2);
  expect(log.entries[0].response).toMatchObject({
    status: 503,
    statusText: "Busy",
    content: { size: 5, mimeType: "text/plain", text: "later" },
  });
  expect(log.entries[1].response.status).toBe(0);
});

test("a HAR of a browser is read: pseudo-headers go, the path comes from the URL", () => {
  const har = {
    log: {
      entries: [
        {
          startedDateTime: "2026-11-21T10:00:00.000Z",
          request: {
            method: "POST",
            url: "https://hooks.example/in?x=1",
            httpVersion: "h2",
            headers: [
              { name: ":authority", value: "hooks.example" },
              { name: "content-type", value: "application/json" },
            ],
            postData: { mimeType: "application/json", text: '{"a":1}' },
          },
        },
      ],
    },
  };
  expect(harFormat.read?.(Buffer.from(JSON.stringify(har)))).toEqual([
    {
      method: "POST",
      path: "/in?x=1",
      headers: [["content-type", "application/json"]],
      body: Buffer.from('{"a":1}'),
      receivedAt: Date.UTC(2026, 10, 21, 10),
      httpVersion: null,
    },
  ]);
});

const entryWith = (request: object) =>
  JSON.stringify({
    log: { entries: [{ request: { url: "http://a/b", method: "GET", headers: [], ...request } }] },
  });

test.each([
  ["no method", entryWith({ method: "" })],
  ["two requests in a header", entryWith({ headers: [{ name: "A", value: "b\r\n\r\nGET / HTTP/1.1" }] })],
  ["a target with a line end", entryWith({ _path: "/a HTTP/1.1\r\nX: y" })],
  ["no URL", entryWith({ url: "nowhere" })],
  ["no entries", '{"log":{}}'],
])("a file with %s is refused", (_case, document) => {
  expect(() => harFormat.read?.(Buffer.from(document))).toThrow(/cannot be imported/);
});
