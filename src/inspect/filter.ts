import { type Condition, everything, folded, type TextField, type Trait, traits } from "../core/condition.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import { durationMs } from "../core/duration.ts";
import type { DeliveryFilter } from "../core/ports.ts";
import type { RejectionReason, Verdict } from "../core/verdict.ts";
import { satisfies } from "./satisfies.ts";

/**
 * The filter language: terms with spaces between them, all of which must hold. `key:value` asks one thing,
 * `key:a,b` either of two, `-key:value` the opposite, `"two words"` keeps a space; a bare word is looked for in
 * everything a list shows.
 */
export interface Filter {
  /** As it was typed. */
  readonly source: string;
  /** For the store, which answers in full. */
  readonly asks: DeliveryFilter;
  /** For what has just come: all of it but `asks.words`, for which only the store knows enough. */
  readonly matches: (delivery: DeliverySummary) => boolean;
}

/** Why a text is not a filter, as a sentence without a full stop. */
export interface FilterProblem {
  readonly source: string;
  readonly problem: string;
}

interface Key {
  /** What is asked with one of its values, in lower case; `undefined` for a value that it has not. */
  readonly asks: (value: string, now: number) => Condition | undefined;
  /** The values there are, of which beginnings will do; absent where any may be asked for. */
  readonly values?: readonly string[];
  /** What its values look like, where they are not any text. */
  readonly form?: string;
  /** For help: `5xx`. */
  readonly example: string;
}

const has = (field: TextField, how: "contains" | "equals" = "contains") => {
  return (text: string): Condition => ({ is: "text", field, how, text });
};

const either = (...of: readonly Condition[]): Condition => ({ is: "any", of });

const filterKeys: Readonly<Record<string, Key>> = {
  status: { asks: statusIs, example: "status:5xx" },
  event: {
    asks: (value) => either(has("event", "equals")(value), has("eventName")(value)),
    example: "event:failed",
  },
  provider: { asks: has("provider"), example: "provider:wazza" },
  sig: {
    asks: (value) => ({ is: "verdict", of: value as Verdict | RejectionReason }),
    values: ["verified", "rejected", "undecided", "missing", "malformed", "stale", "mismatch"],
    example: "sig:rejected",
  },
  job: { asks: has("job"), example: "job:task_1" },
  method: { asks: has("method", "equals"), example: "method:post" },
  path: { asks: has("path"), example: "path:/hooks" },
  target: { asks: has("target"), example: "target:3000" },
  is: { asks: (value) => ({ is: "trait", of: value as Trait }), values: traits, example: "is:owed" },
  since: {
    asks: (value, now) => receivedFrom(value, now, (since) => ({ since, until: Number.MAX_SAFE_INTEGER })),
    form: "a time (10m, 2h, 7d ago, or 2026-11-21T10:00)",
    example: "since:2h",
  },
  until: {
    asks: (value, now) => receivedFrom(value, now, (until) => ({ since: 0, until })),
    form: "a time (10m, 2h, 7d ago, or 2026-11-21T10:00)",
    example: "until:7d",
  },
};

/** Asked of the text of body, headers, path and job. */
const SEARCH = "search";

/** One for each key, for help. */
export const filterExamples: readonly string[] = [
  ...Object.values(filterKeys).map(({ example }) => example),
  `${SEARCH}:"fat cat"`,
];

/** What a bare word may have been meant to ask: `is:owed` for `owed`. */
export function meantBy(source: string): string | undefined {
  const word = source.trim().toLowerCase();
  const [key] = Object.entries(filterKeys).find(([, { values }]) => values?.includes(word)) ?? [];
  return key && `${key}:${word}`;
}

/**
 * Reads a filter at a time (ms since the epoch) that `since:10m` counts from. A key without its value yet
 * (`status:`) asks nothing, so that a filter can be tried as it is typed.
 */
export function parseFilter(source: string, now: number): Filter | FilterProblem {
  const conditions: Condition[] = [];
  const words: string[] = [];
  for (const word of source.match(/-?(?:"[^"]*"?|[^\s"])+/g) ?? []) {
    const term = parseTerm(word, now);
    if (term === undefined) continue;
    if ("problem" in term) return { source, problem: term.problem };
    if ("words" in term) words.push(term.words);
    else conditions.push(term);
  }
  const [only = everything, ...more] = conditions;
  const where: Condition = more.length === 0 ? only : { is: "all", of: conditions };
  return { source, asks: { where, words }, matches: (delivery) => satisfies(delivery, where) };
}

type Term = Condition | { readonly words: string } | { readonly problem: string } | undefined;

function parseTerm(word: string, now: number): Term {
  const negated = word.startsWith("-") && word.length > 1;
  const text = word.slice(negated ? 1 : 0);
  const [, name, rest = ""] = /^([a-z]+):(?!\/\/)(.*)$/is.exec(text) ?? [];
  if (name?.toLowerCase() === SEARCH) return searchTerm(unquoted(rest).trim(), negated);
  const positive = name === undefined ? bareTerm(unquoted(text)) : keyTerm(name.toLowerCase(), rest, now);
  if (!negated || positive === undefined || "problem" in positive) return positive;
  return { is: "not", of: positive };
}

function searchTerm(words: string, negated: boolean): Exclude<Term, Condition> {
  if (negated) return { problem: `${SEARCH}: can only be asked for, not left out` };
  return words === "" ? undefined : { words };
}

const bareFields: readonly TextField[] = ["method", "path", "provider", "event", "eventName", "job"];

function bareTerm(source: string): Condition | undefined {
  if (source === "") return undefined;
  const text = folded(source);
  return either({ is: "number-contains", text }, ...bareFields.map((field) => has(field)(text)));
}

function keyTerm(
  name: string,
  rest: string,
  now: number,
): Condition | { readonly problem: string } | undefined {
  const key = Object.hasOwn(filterKeys, name) ? filterKeys[name] : undefined;
  if (!key) {
    const names = [...Object.keys(filterKeys), SEARCH].join(", ");
    return { problem: `there is no "${name}:" to ask for: there are ${names}` };
  }
  const values = rest
    .split(",")
    .map((value) => folded(unquoted(value)))
    .filter((value) => value !== "");
  const asked = values.flatMap((value) => completed(value, key)).map((value) => key.asks(value, now));
  const known = asked.filter((condition) => condition !== undefined);
  if (known.length < asked.length || (values.length > 0 && asked.length === 0))
    return { problem: `${name}: is ${key.form ?? `one of ${key.values?.join(", ")}`}` };
  const [only, ...more] = known;
  return more.length === 0 ? only : either(...known);
}

/** `sig:rej` means `sig:rejected`. */
function completed(value: string, { values }: Key): readonly string[] {
  if (!values || values.includes(value)) return [value];
  return values.filter((known) => known.startsWith(value));
}

/** `200`, `5xx`, `50`, `none`, or how it ended without an answer: `refused`, `timed-out`, `aborted`. */
function statusIs(value: string): Condition {
  if (value === "none") return { is: "no-status" };
  return either({ is: "status", begins: value.replace(/x+$/, "") }, { is: "outcome", begins: value });
}

function receivedFrom(
  value: string,
  now: number,
  range: (time: number) => { readonly since: number; readonly until: number },
): Condition | undefined {
  const time = readTime(value, now);
  return time === undefined ? undefined : { is: "received", ...range(time) };
}

/** `10m` ago, or `2026-11-21`, `2026-11-21T10:00`, local unless it names a zone. In ms since the epoch. */
function readTime(text: string, now: number): number | undefined {
  const ago = durationMs(text);
  if (ago !== undefined) return now - ago;
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  if (!day && !/^\d{4}-\d\d-\d\d[t ]\d\d:\d\d/i.test(text)) return undefined;
  const time = Date.parse(day ? `${text}T00:00` : text.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}

const unquoted = (text: string) => text.replaceAll('"', "");
