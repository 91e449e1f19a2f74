import { expect, test } from "vitest";
import type { RequestHead } from "../../src/core/delivery.ts";
import type { HeaderPairs } from "../../src/core/headers.ts";
import { parseTarget } from "../../src/core/target.ts";
import { endToEnd, wireRequest } from "../../src/spool/wire.ts";
import { newDelivery } from "../support/deliveries.ts";

const target = parseTarget("localhost:3000");
const head = (headers: HeaderPairs, more: Partial<RequestHead> = {}) =>
  newDelivery({ head: { headers, ...more } }).head;
const ours = (host: string, proto: string): HeaderPairs => [
  ["X-Forwarded-For", "127.0.0.1"],
  ["X-Forwarded-Host", host],
  ["X-Forwarded-Proto", proto],
];

test("order, spelling and repeats stay; Host becomes the target's where it stood", () => {
  const { headers, changes } = wireRequest(
    head([
      ["b", "1"],
      ["hOST", "hooks.example"],
      ["A", "2"],
      ["B", "3"],
      ["Content-Length", "4"],
    ]),
    4,
    target,
  );
  expect(headers).toEqual([
    ["b", "1"],
    ["hOST", "localhost:3000"],
    ["A", "2"],
    ["B", "3"],
    ["Content-Length", "4"],
    ...ours("hooks.example", "https"),
  ]);
  expect(changes).toEqual({
    removed: [],
    set: [["hOST", "localhost:3000"], ...ours("hooks.example", "https")],
  });
});

test.each([
  "Connection",
  "Keep-Alive",
  "TE",
  "Trailer",
  "Transfer-Encoding",
  "UPGRADE",
  "Proxy-Authorization",
  "Proxy-Connection",
  "Expect",
  "Forwarded",
  "X-Forwarded-For",
  "x-forwarded-anything",
])("%s ends here, and is said to", (name) => {
  const { headers, changes } = wireRequest(
    head([
      ["Host", "h"],
      [name, "x-own"],
      ["X-Own", "1"],
    ]),
    0,
    target,
  );
  expect(changes.removed).toContain(name);
  expect(headers.filter(([field, value]) => field === name && value === "x-own")).toEqual([]);
});

test("what Connection names ends here too", () =>
  expect(
    endToEnd([
      ["connection", "close, X-One"],
      ["x-one", "1"],
      ["Connection", "x-TWO"],
      ["X-Two", "2"],
      ["X-Three", "3"],
    ]),
  ).toEqual([["X-Three", "3"]]));

test.each([
  ["POST", 0, ["0"]],
  ["POST", 7, ["7"]],
  ["GET", 0, []],
  ["GET", 7, ["7"]],
  ["DELETE", 0, []],
])("a chunked %s of %i bytes goes out with the lengths %j", (method, size, lengths) => {
  const chunked: HeaderPairs = [
    ["Host", "h"],
    ["Transfer-Encoding", "chunked"],
  ];
  const { headers } = wireRequest(head(chunked, { method }), size, target);
  expect(headers.filter(([name]) => name === "Content-Length").map(([, value]) => value)).toEqual(lengths);
});

test.each([
  ["127.0.0.1:4000", "http"],
  ["localhost", "http"],
  ["app.localhost:4000", "http"],
  ["[::1]:4000", "http"],
  ["calm-fox.example", "https"],
  ["localhost.example", "https"],
])("what was sent to %s came by %s", (host, proto) =>
  expect(wireRequest(head([["Host", host]]), 0, target).headers.slice(1)).toContainEqual([
    "X-Forwarded-Proto",
    proto,
  ]),
);

test("without a Host, the target's is added", () => {
  const { headers } = wireRequest(head([], { peer: null }), 0, target);
  expect(headers).toContainEqual(["Host", "localhost:3000"]);
  expect(headers).toContainEqual(["X-Forwarded-Proto", "http"]);
});
