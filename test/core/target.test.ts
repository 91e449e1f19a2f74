import { expect, test } from "vitest";
import { parseTarget, pathAtTarget, urlAtTarget } from "../../src/core/target.ts";

test.each([
  ["3000", "http://localhost:3000"],
  [":3000", "http://localhost:3000"],
  [" 3000 ", "http://localhost:3000"],
  ["localhost:3000", "http://localhost:3000"],
  ["127.0.0.1:8080/api", "http://127.0.0.1:8080/api"],
  ["[::1]:3000", "http://[::1]:3000"],
  ["http://localhost", "http://localhost"],
  ["HTTPS://localhost:3443/api/", "https://localhost:3443/api/"],
  ["http://localhost:3000/?token=1", "http://localhost:3000?token=1"],
])("%j is the target %s", (text, base) => expect(parseTarget(text).base).toBe(base));

test.each([
  "",
  "0",
  "65536",
  "99999",
  "http://",
  "localhost",
  "lst",
  "ftp://localhost:21",
  "http://user:pw@host:1",
  "a b:3",
])("%j is no target", (text) =>
  expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: "E_TARGET", exitCode: 2 })),
);

test.each([
  ["3000", "/hooks?x=1", "/hooks?x=1"],
  ["3000", "//a/%2F/..;/%zz", "//a/%2F/..;/%zz"],
  ["3000", "/?", "/?"],
  ["3000", "/a?b=c?d", "/a?b=c?d"],
  ["3000", "*", "*"],
  ["3000", "http://hooks.example/a?b", "/a?b"],
  ["3000", "http://hooks.example", "/"],
  ["localhost:1/api", "/", "/api"],
  ["localhost:1/api", "/?x=1", "/api?x=1"],
  ["localhost:1/api", "/hooks", "/api/hooks"],
  ["localhost:1/api/", "/hooks", "/api/hooks"],
  ["localhost:1/api", "//hooks", "/api//hooks"],
  ["localhost:1/api?key=k", "/hooks?x=1", "/api/hooks?key=k&x=1"],
  ["localhost:1/api?key=k", "/hooks", "/api/hooks?key=k"],
])("at target %s, %s is asked as %s", (target, path, expected) =>
  expect(pathAtTarget(parseTarget(target), path)).toBe(expected),
);

test("the URL of an attempt is the target's origin and the path asked", () =>
  expect(urlAtTarget(parseTarget("localhost:3000/api"), "/x?y")).toBe("http://localhost:3000/api/x?y"));
