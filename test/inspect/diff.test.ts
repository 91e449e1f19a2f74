import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HeaderPairs } from "../../src/core/headers.ts";
import { type Diff, type DiffSide, diffDeliveries } from "../../src/inspect/diff.ts";
import { jsonLeaves } from "../../src/inspect/json-leaves.ts";
import { delivery } from "../support/delivery.ts";

function side(body: string | Uint8Array, headers: HeaderPairs = []): DiffSide {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const digest = createHash("sha256").update(bytes).digest("hex");
  const whole = {
    ...delivery({ bytes: bytes.length }),
    headers,
    httpVersion: "1.1",
    peer: null,
    clientAddress: null,
    withheld: [],
    digest,
  };
  return { delivery: { ...whole, explanation: "" }, body: bytes };
}

const rows = (diff: Diff) =>
  diff.body.rows.map(({ at, left, right, isSame }) => `${isSame ? "=" : "!"} ${at} ${left} ${right}`);

test.each([
  ["a changed value", '{"a":1,"b":2}', '{"a":1,"b":3}', ["= a 1 1", "! b 2 3"]],
  ["a number that only looks the same", '{"n":1.0}', '{"n":1}', ["! n 1.0 1"]],
  [
    "a big number, exact",
    '{"n":12345678901234567890}',
    '{"n":12345678901234567891}',
    ["! n 12345678901234567890 12345678901234567891"],
  ],
  [
    "what is new, where it stands",
    '{"a":1,"c":3}',
    '{"a":1,"b":2,"c":3}',
    ["= a 1 1", "! b null 2", "= c 3 3"],
  ],
  ["what is gone", '{"a":1,"b":{"c":2}}', '{"a":1}', ["= a 1 1", "! b.c 2 null"]],
  ["another order", '{"a":1,"b":2}', '{"b":2,"a":1}', ["= a 1 1", "= b 2 2"]],
  ["list items by index", '{"o":["x","y"]}', '{"o":["x"]}', ['= o.0 "x" "x"', '! o.1 "y" null']],
  ["empty containers", '{"o":[],"p":{}}', '{"o":[],"p":[]}', ["= o [] []", "! p {} []"]],
  ["a key given twice", '{"a":1,"a":2}', '{"a":1,"a":3}', ["= a 1 1", "! a 2 3"]],
])("JSON, %s", (_case, left, right, expected) => {
  const diff = diffDeliveries(side(left), side(right));
  expect(diff.body.by).toBe("json");
  expect(rows(diff)).toEqual(expected);
});

test("text is compared by lines, what both begin and end with set against each other", () => {
  const diff = diffDeliveries(side("a\nb\nc"), side("a\nx\ny\nc"));
  expect(diff.body.by).toBe("lines");
  expect(rows(diff)).toEqual(["= 1 a a", "! 2 b x", "! 3 null y", "= 4 c c"]);
});

test("bytes are equal or not", () => {
  const [row] = diffDeliveries(side(Uint8Array.of(0, 1)), side(Uint8Array.of(0, 2))).body.rows;
  expect(row?.isSame).toBe(false);
  expect(row?.left).toMatch(/^2 bytes, sha256 /);
});

test("secrets are compared as received, and shown masked", () => {
  const signed = (signature: string) => side("{}", [["Webhook-Signature", signature]]);
  const { headers } = diffDeliveries(signed("v1,abcdefghijklmnop1"), signed("v1,abcdefghijklmnop2"));
  expect(headers).toEqual([{ at: "webhook-signature", left: "v1,a••••", right: "v1,a••••", isSame: false }]);
});

test("a delivery does not differ from itself, and every leaf of both sides is in the diff once", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.json({ maxDepth: 4 }), (a, b) => {
      const [left, right] = [`{"v":${a}}`, `{"v":${b}}`];
      expect(diffDeliveries(side(left), side(left)).body.rows.every(({ isSame }) => isSame)).toBe(true);
      const rows = diffDeliveries(side(left), side(right)).body.rows;
      const leaves = (text: string) =>
        (jsonLeaves(text) ?? []).map(({ path, text }) => `${path} ${text}`).toSorted();
      const shown = (pick: "left" | "right") =>
        rows.flatMap((row) => (row[pick] === null ? [] : [`${row.at} ${row[pick]}`])).toSorted();
      expect(shown("left")).toEqual(leaves(left));
      expect(shown("right")).toEqual(leaves(right));
    }),
  );
});

test("hostile nesting is not taken apart", () => {
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  expect(diffDeliveries(side(deep), side(deep)).body.by).toBe("lines");
});
