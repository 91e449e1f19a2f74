import { Chalk } from "chalk";
import { expect, test } from "vitest";
import { unidentified } from "../../src/core/delivery.ts";
import { byteText, eventText, msText, printable } from "../../src/core/text.ts";
import { createTones } from "../../src/core/tones.ts";
import { rejected, undecided, verified } from "../../src/core/verdict.ts";
import { jsonLine } from "../../src/log/json.ts";
import { noticeText } from "../../src/log/lines.ts";
import { delivery } from "../support/delivery.ts";

const style = { tones: createTones(new Chalk({ level: 0 }), "dark"), path: (path: string) => path };

test.each([
  ["plain text, é, 漢, 😀", "plain text, é, 漢, 😀"],
  ["\x1b[31mred", "\\x1b[31mred"],
  ["\x1b]0;title\x07", "\\x1b]0;title\\x07"],
  ["\x9b2J", "\\x9b2J"],
  ["a\r\nb\tc", "a\\x0d\\x0ab\\x09c"],
  ["\0\x7f\x80", "\\x00\\x7f\\x80"],
])("%j is printed as %j", (text, shown) => expect(printable(text)).toBe(shown));

test("a JSON line has no control character that a terminal obeys, and reads back as it was", () => {
  const path = "/\x1b[2J\x7f\x85\x9b31m\xa0\n";
  const line = jsonLine({ v: 1, type: "delivery", path });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  expect(line).toMatch(/^[^\0-\x1f\x7f-\x9f]+\n$/);
  expect(JSON.parse(line)).toEqual({ v: 1, type: "delivery", path });
});

const hostile = "\x1b[2J\x07";
const strange = delivery({
  ...unidentified,
  id: 7,
  receivedAt: 0,
  path: `/${hostile}`,
  eventName: hostile,
  job: hostile,
  verdict: "undecided",
  bytes: 12,
  duplicateOf: 3,
});
const attempt = {
  id: 1,
  delivery: 7,
  number: 2,
  trigger: "replay",
  target: `http://localhost:3000/${hostile}`,
  startedAt: 0,
  outcome: "refused",
  problem: "nothing listens",
  status: null,
  ms: 3,
} as const;

test("lines show what strangers send as text", () => {
  const arrival = noticeText({ type: "delivery", delivery: strange }, style);
  const answer = noticeText({ type: "attempt", attempt }, style);
  expect(arrival).toMatch(/--> {2}#7 {2}POST \/\\x1b\[2J\\x07 {2}.*12 B {2}again, first #3\n$/);
  expect(answer).toMatch(
    /<-- {2}#7 {2}refused: nothing listens {2}3 ms {2}attempt 2 {2}replay {2}http.*\\x07\n$/,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  expect(arrival + answer).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
});

test.each([
  [verified("the signature fits"), " =   #7  ✓ verified  the signature fits\n"],
  [rejected("mismatch", "no key \x1b"), " =   #7  ✗ rejected (mismatch)  no key \\x1b\n"],
  [undecided("no keys yet"), " =   #7  undecided  no keys yet\n"],
])("a verdict that comes late has a line of its own", (verification, line) =>
  expect(noticeText({ type: "verdict", delivery: 7, verification }, style)).toBe(line),
);

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [10 * 1024, "10 KiB"],
  [1536 * 1024, "1.5 MiB"],
])("%i bytes are %s", (bytes, text) => expect(byteText(bytes)).toBe(text));

test.each([
  [0.4, "0.4 ms"],
  [12.6, "13 ms"],
  [1_500, "1.5 s"],
])("%f ms are %s", (ms, text) => expect(msText(ms)).toBe(text));

test.each([
  [null, null, null],
  [null, "ping", "ping"],
  ["completed", null, "completed"],
  ["completed", "completed", "completed"],
  ["completed", "job.completed", "completed (job.completed)"],
])("the event %j, %j is shown as %j", (event, name, text) => expect(eventText(event, name)).toBe(text));

test.each([
  [true, 0, "Held  what comes is kept and acknowledged, and waits: hookspool resume\n"],
  [true, 3, "Held  what comes is kept and acknowledged, and waits; 3 deliveries waiting: hookspool resume\n"],
  [false, 1, "Forwarding  first 1 delivery that waited\n"],
  [false, 0, "Forwarding  nothing waits\n"],
])("held: %j with %d waiting is told", (held, waiting, line) =>
  expect(noticeText({ type: "hold", held, waiting }, style)).toBe(line),
);
