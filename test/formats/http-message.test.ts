import fc from "fast-check";
import { expect, test } from "vitest";
import { parseHttpMessage } from "../../src/formats/_http-message.ts";

const name = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
/** One character per byte, as on the wire; around a value there is no whitespace. */
const value = fc
  .array(
    fc.integer({ min: 0x20, max: 0xff }).filter((byte) => byte !== 0x7f),
    { maxLength: 30 },
  )
  .map((bytes) => String.fromCharCode(...bytes).replace(/^[ \t]+|[ \t]+$/g, ""));
const bodies = fc.uint8Array({ maxLength: 200 });

test("whatever the headers and the body are, they come back as they were written", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 8 }),
      bodies,
      fc.constantFrom("\n", "\r\n"),
      fc.option(fc.constant({ method: "POST", path: "/hooks?x=%2B" })),
      (headers, body, end, request) => {
        const first = request ? `${request.method} ${request.path} HTTP/1.1${end}` : "";
        const head = headers.map(([field, content]) => `${field}: ${content}${end}`).join("");
        const message = Buffer.concat([Buffer.from(first + head + end, "latin1"), body]);
        const parsed = parseHttpMessage(message);
        expect(parsed.request).toEqual(request);
        expect(parsed.headers).toEqual(headers);
        expect(Buffer.from(parsed.body).equals(body)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test("any bytes are either a message or a sentence that says which line is none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        parseHttpMessage(bytes);
      } catch (error) {
        expect((error as Error).message).toMatch(/^line \d+ of the HTTP message is no header$/);
      }
    }),
  );
});

test.each([
  ["nothing at all", "", [], ""],
  [
    "headers without a body",
    "a: 1\nb:2",
    [
      ["a", "1"],
      ["b", "2"],
    ],
    "",
  ],
  ["a body that ends in a newline", "a: 1\n\n{}\n", [["a", "1"]], "{}\n"],
  ["a body alone", "\n{}", [], "{}"],
  ["empty lines in the body", "a: 1\r\n\r\n\r\nx\r\n", [["a", "1"]], "\r\nx\r\n"],
])("reads %s", (_case, text, headers, body) => {
  const parsed = parseHttpMessage(Buffer.from(text));
  expect(parsed.headers).toEqual(headers);
  expect(Buffer.from(parsed.body).toString()).toBe(body);
});
