import type { Json, JsonObject } from "../../providers/_provider.ts";
import type { PlannedCase } from "./_case.ts";
import { signingSource } from "./_facts.ts";
import { bytesOf, type Subject } from "./_subject.ts";

/** The same JSON in other bytes, signed as sent: what verifies a body that was written again fails here. */
export function bytesCases(subject: Subject): PlannedCase[] {
  return spellings.map(({ name, title, why, write, adds }): PlannedCase => {
    const payload = subject.payload(bytesOf(write(subject.sample(subject.completed))));
    return {
      name: `bytes/${name}`,
      title,
      severity: "error",
      expects: "accepted",
      why,
      source: subject.isAuthentic ? signingSource(subject.provider) : null,
      needs: adds ? [subject.completedCase, "payload/unknown-field"] : [subject.completedCase],
      requests: [(now) => subject.deliver(payload, now)],
    };
  });
}

interface Spelling {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  /** It needs a member that no page names. */
  readonly adds?: true;
  write(sample: JsonObject): string;
}

const spellings: readonly Spelling[] = [
  {
    name: "whitespace",
    title: "indented JSON",
    why: "No page promises JSON without whitespace, and JSON.stringify(body) loses it.",
    write: (sample) => `${JSON.stringify(sample, null, 2)}\n`,
  },
  {
    name: "key-order",
    title: "members in another order",
    why: "Members have no order, and a parser or serialiser may sort them.",
    write: (sample) => JSON.stringify(reordered(sample)),
  },
  {
    name: "escapes",
    title: "letters as \\u escapes, \\/ for slashes",
    why: "Python and PHP write escapes where JavaScript writes letters; parsed, they are the same.",
    write: (sample) => escaped(JSON.stringify(sample)),
  },
  {
    name: "number-form",
    title: "1.0 and 1e3 for whole numbers",
    why: "JavaScript writes 1.0 as 1 and 1e3 as 1000.",
    adds: true,
    write: (sample) => withMember(sample, '{"ratio":1.0,"steps":1e3}'),
  },
  {
    name: "large-integer",
    title: "an integer above 2^53",
    why: "JavaScript reads 9007199254740993 as 9007199254740992; seeds are that large.",
    adds: true,
    write: (sample) => withMember(sample, '{"seed":9007199254740993}'),
  },
  {
    name: "utf-8",
    title: "letters beyond ASCII in UTF-8",
    why: "A body decoded as latin-1, or written again with escapes, is another body.",
    adds: true,
    write: (sample) => withMember(sample, '{"prompt":"Krake füttert Krabbe, 海の中 🐙"}'),
  },
];

/** The member that the cases add: its name says whose it is. */
export const ADDED_MEMBER = "hookspool_check";

const withMember = (sample: JsonObject, json: string) =>
  JSON.stringify(sample).replace(/\}$/, `,"${ADDED_MEMBER}":${json}}`);

function reordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reordered(member)]),
  );
}

/** The first letter of each text that is no member's name, and each slash. */
function escaped(json: string): string {
  return json.replace(/"((?:[^"\\]|\\.)*)"(:?)/g, (whole, text: string, colon: string) => {
    if (colon !== "") return whole;
    const first = text.replace(/^[a-z]/i, unicodeEscape);
    return `"${first.replaceAll("/", "\\/")}"`;
  });
}

const unicodeEscape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
