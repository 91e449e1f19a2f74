import { expect, test } from "vitest";
import { isListedSource } from "../../src/inspect/source-address.ts";
import { providers } from "../../src/providers/_registry.ts";

const listed = ["52.89.214.238", "198.51.100.0/25", "2001:db8:1::/48", "2001:db8::7", "0.0.0.0/32"];

test.each([
  ["52.89.214.238", true],
  ["52.89.214.239", false],
  ["52.89.214.238:443", true],
  ["::ffff:52.89.214.238", true],
  ["::ffff:3459:d6ee", true],
  ["[::ffff:52.89.214.238]:443", true],
  ["198.51.100.0", true],
  ["198.51.100.127", true],
  ["198.51.100.128", false],
  ["198.51.101.1", false],
  ["2001:db8::7", true],
  ["2001:0DB8:0:0:0:0:0:7", true],
  ["[2001:db8::7]", true],
  ["2001:db8::8", false],
  ["2001:db8:1:ffff::", true],
  ["2001:db8:2::", false],
  ["::", false],
  ["0.0.0.0", true],
])("%s is listed: %s", (address, expected) => expect(isListedSource(address, listed)).toBe(expected));

test.each([
  "",
  "unknown",
  "_hidden",
  "52.89.214",
  "52.89.214.0238",
  "256.1.1.1",
  "1.2.3.4.5",
  ":::",
  "1::2::3",
])("of %j nothing can be said", (address) => expect(isListedSource(address, listed)).toBeNull());

test.each(["2001:db8", "1:2:3:4:5:6:7:8:9", "g::1", "1:2:3:4:5:6:7::8", "::1%lo", "1.2.3.4::"])(
  "%j is no address of version 6",
  (address) => expect(isListedSource(address, listed)).toBeNull(),
);

test("where a provider lists none, nothing can be said", () =>
  expect(isListedSource("1.2.3.4", [])).toBeNull());

test("every address of the catalogue is one", () => {
  const all = providers.flatMap(({ sourceAddresses }) => sourceAddresses);
  expect(all.length).toBeGreaterThan(5);
  for (const address of all) {
    const [base = ""] = address.split("/");
    expect([address, isListedSource(base, [address])]).toEqual([address, true]);
  }
});
