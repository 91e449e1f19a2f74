import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect, createServer as createRawServer } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pairsFromRaw } from "../../src/core/headers.ts";
import { plainRequestHead, readPlainAnswer, readPlainRequest } from "../../src/spool/plain-http.ts";
import { atTheEnd } from "../support/cleanup.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

const CASES = 1_000;

/** Anything that may stand in a head, the usual more often than the odd. */
const odd = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 8,
});
const name = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[!#$%&'*+.^_`|~\w-]{1,12}$/) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "Connection",
      "Transfer-Encoding",
      "Content-Length",
      "Upgrade",
      "Expect",
      "Host",
      "X-A ",
    ),
  },
  odd,
);
const value = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[\t -~\x80-\xff]{0,20}$/) },
  { weight: 2, arbitrary: fc.constantFrom("3", "03", "keep-alive", "close", "chunked", "3, 3", " \t ") },
  odd,
);
const fields = fc.array(fc.tuple(name, fc.constantFrom(":", ": ", ":\t ", " : "), value), { maxLength: 5 });
const written = (some: readonly (readonly string[])[]) =>
  some.map((field) => `${field.join("")}\r\n`).join("");
const body = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("latin1"));

const anyRequest = fc
  .record({
    method: fc.constantFrom("POST", "POST", "POST", "PUT", "PATCH", "GET", "post"),
    target: fc.oneof(
      { weight: 5, arbitrary: fc.webPath().map((path) => path || "/") },
      { weight: 3, arbitrary: fc.stringMatching(/^\/[!-~]{0,12}$/) },
      odd,
    ),
    version: fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"),
    fields,
    body,
    after: fc.constantFrom("", "", "POST /"),
  })
  .map(({ method, target, version, fields, body, after }) =>
    latin1(
      `${method} ${target} ${version}\r\nHost: h\r\nContent-Length: ${body.length}\r\n${written(fields)}\r\n${body}${after}`,
    ),
  );

const anyAnswer = fc
  .record({
    start: fc.constantFrom(
      "HTTP/1.1 200 OK",
      "HTTP/1.1 404 ",
      "HTTP/1.1 204 No Content",
      "HTTP/1.0 200 OK",
      "HTTP/1.1 200",
    ),
    fields,
    body,
    extra: fc.constantFrom(0, 0, 0, 1, -1),
  })
  .map(({ start, fields, body, extra }) =>
    latin1(
      `${start}\r\nContent-Length: ${Math.max(0, body.length + extra)}\r\n${written(fields)}\r\n${body}`,
    ),
  );

describe("what is read as plain, Node reads in the same way", () => {
  test("requests", async () => {
    let hear: (seen: unknown) => void = () => {};
    const server = createServer({ insecureHTTPParser: false }, (incoming, response) => {
      const pieces: Buffer[] = [];
      incoming.on("data", (piece) => pieces.push(piece));
      incoming.on("end", () => {
        const { method, url: path, rawHeaders } = incoming;
        hear({
          method,
          path,
          headers: pairsFromRaw(rawHeaders),
          body: Buffer.concat(pieces).toString("latin1"),
        });
        response.end();
      });
    });
    server.on("clientError", (error) => hear(error));
    await once(server.listen(0, "127.0.0.1"), "listening");
    atTheEnd(() => server.close());
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(anyRequest, async (bytes) => {
        const read = readPlainRequest(bytes);
        if (!read) return;
        plain += 1;
        const { method, path, headers, headBytes, bodyBytes } = read;
        const body = bytes.toString("latin1", headBytes, headBytes + bodyBytes);
        const heard = new Promise((resolve) => (hear = resolve));
        const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
        socket.end(bytes.subarray(0, headBytes + bodyBytes));
        expect(await heard).toEqual({ method, path, headers, body });
        socket.destroy();
        // And it goes on as it came.
        const again = plainRequestHead({ method, path, headers }, bodyBytes);
        if (again === undefined) return;
        const { headers: passed, ...rest } = readPlainRequest(latin1(again)) ?? { headers: [] };
        expect(rest).toMatchObject({ method, path, bodyBytes });
        expect(passed).toEqual([...headers, ["Connection", "keep-alive"]]);
      }),
      { numRuns: CASES },
    );
    expect(plain).toBeGreaterThan(CASES / 20);
  });

  test("answers", async () => {
    let answer = Buffer.alloc(0);
    const server = createRawServer((socket) =>
      socket.on("error", () => {}).once("data", () => socket.end(answer)),
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    atTheEnd(() => server.close());
    const { port } = server.address() as AddressInfo;
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(anyAnswer, async (bytes) => {
        const read = readPlainAnswer(bytes);
        if (!read) return;
        plain += 1;
        answer = bytes;
        const asked = request({ port, host: "127.0.0.1", method: "POST", agent: false }).end();
        const [incoming] = await once(asked, "response");
        const pieces: Buffer[] = await incoming.toArray();
        expect({
          status: incoming.statusCode,
          statusText: incoming.statusMessage,
          headers: pairsFromRaw(incoming.rawHeaders),
          body: Buffer.concat(pieces),
        }).toEqual({ ...read, body: Buffer.from(read.body) });
      }),
      { numRuns: CASES },
    );
    expect(plain).toBeGreaterThan(CASES / 20);
  });
});

test.each([
  ["a line feed in a value", [["X-A", "a\r\nX-B: b"]]],
  ["a colon in a name", [["X-A: b\r\nX", "c"]]],
  ["an empty name", [["", "c"]]],
  ["a character that is no byte", [["X-A", "\u{1f419}"]]],
  ["a second length", [["Content-Length", "4"]]],
  ["another host", [["Host", "other"]]],
] as const)("nothing is written plainly that could be read in another way: %s", (_case, more) => {
  const headers = [["Host", "h"], ["Content-Length", "3"], ...more] as const;
  expect(plainRequestHead({ method: "POST", path: "/a", headers }, 3)).toBeUndefined();
});

test.each([
  ["a space", "/a b"],
  ["the end of the line", "/a HTTP/1.1\r\nX: b"],
  ["a fragment", "/a#b"],
])("nor a target with %s", (_case, path) => {
  const headers = [
    ["Host", "h"],
    ["Content-Length", "3"],
  ] as const;
  expect(plainRequestHead({ method: "POST", path, headers }, 3)).toBeUndefined();
});
