import { succeeded } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";

/**
 * The filter language: terms with spaces between them, all of which must hold. `key:value` asks one thing,
 * `key:a,b` either of two, `-key:value` the opposite, `"two words"` keeps a space; a bare word is looked for in
 * everything a list shows.
 */
export interface Filter {
  /** As it was typed. */
  readonly source: string;
  readonly matches: (delivery: DeliverySummary) => boolean;
}

/** Why a text is not a filter, as a sentence without a full stop. */
export interface FilterProblem {
  readonly source: string;
  readonly problem: string;
}

type Test = (delivery: DeliverySummary, value: string) => boolean;

interface Key {
  readonly test: Test;
  /** The values there are; absent where any may be asked for. */
  readonly values?: readonly string[];
  /** For help: `5xx`. */
  readonly example: string;
}

export const filterKeys: Readonly<Record<string, Key>> = {
  status: { test: hasStatus, example: "status:5xx" },
  event: {
    test: ({ event, eventName }, value) => event === value || contains(eventName, value),
    example: "event:failed",
  },
  provider: { test: ({ provider }, value) => contains(provider, value), example: "provider:wazza" },
  sig: {
    test: ({ verdict, reason }, value) => verdict === value || reason === value,
    values: ["verified", "rejected", "undecided", "missing", "malformed", "stale", "mismatch"],
    example: "sig:rejected",
  },
  job: { test: ({ job }, value) => contains(job, value), example: "job:task_1" },
  method: { test: ({ method }, value) => method.toLowerCase() === value, example: "method:post" },
  path: { test: ({ path }, value) => contains(path, value), example: "path:/hooks" },
  is: {
    test: (delivery, value) => qualities[value as keyof typeof qualities](delivery),
    values: ["failure", "owed", "duplicate", "forged", "imported", "captured", "refused", "replayed"],
    example: "is:owed",
  },
};

const qualities = {
  failure: isFailure,
  owed: ({ owed }: DeliverySummary) => owed,
  duplicate: ({ duplicateOf }: DeliverySummary) => duplicateOf !== null,
  forged: ({ origin }: DeliverySummary) => origin === "forged",
  imported: ({ origin }: DeliverySummary) => origin === "imported",
  captured: ({ origin }: DeliverySummary) => origin === "captured",
  refused: ({ refusal }: DeliverySummary) => refusal !== null,
  replayed: ({ attempts }: DeliverySummary) => attempts > 1,
} as const;

/** A handler did not answer 2xx, the delivery was turned away, or its signature does not hold. */
function isFailure(delivery: DeliverySummary): boolean {
  const { lastOutcome: outcome, lastStatus: status, refusal, verdict } = delivery;
  if (refusal !== null || verdict === "rejected") return true;
  return outcome !== null && !succeeded({ outcome, status });
}

/** Reads a filter. A key without its value yet (`status:`) asks nothing, so that a filter can be tried as it is typed. */
export function parseFilter(source: string): Filter | FilterProblem {
  const terms: Filter["matches"][] = [];
  for (const word of source.match(/-?(?:"[^"]*"?|[^\s"])+/g) ?? []) {
    const term = parseTerm(word);
    if (typeof term === "string") return { source, problem: term };
    if (term) terms.push(term);
  }
  return { source, matches: (delivery) => terms.every((term) => term(delivery)) };
}

function parseTerm(word: string): Filter["matches"] | string | undefined {
  const negated = word.startsWith("-") && word.length > 1;
  const text = word.slice(negated ? 1 : 0);
  const [, name, rest = ""] = /^([a-z]+):(?!\/\/)(.*)$/is.exec(text) ?? [];
  const positive = name === undefined ? bareTerm(unquoted(text)) : keyTerm(name.toLowerCase(), rest);
  if (!negated || typeof positive !== "function") return positive;
  return (delivery) => !positive(delivery);
}

function bareTerm(text: string): Filter["matches"] | undefined {
  if (text === "") return undefined;
  return ({ id, method, path, provider, event, eventName, job }) =>
    [`#${id}`, method, path, provider, event, eventName, job].some((field) => contains(field, text));
}

function keyTerm(name: string, rest: string): Filter["matches"] | string | undefined {
  const key = Object.hasOwn(filterKeys, name) ? filterKeys[name] : undefined;
  if (!key) return `there is no "${name}:" to ask for: there are ${Object.keys(filterKeys).join(", ")}`;
  const values = rest
    .split(",")
    .map((value) => unquoted(value).toLowerCase())
    .filter((value) => value !== "");
  const unknown = values.find((value) => key.values && !key.values.some((known) => known.startsWith(value)));
  if (unknown !== undefined) return `${name}: is one of ${key.values?.join(", ")}`;
  const wanted = values.flatMap((value) => completed(value, key));
  if (wanted.length === 0) return undefined;
  return (delivery) => wanted.some((value) => key.test(delivery, value));
}

/** `sig:rej` means `sig:rejected`. */
function completed(value: string, { values }: Key): readonly string[] {
  if (!values || values.includes(value)) return [value];
  return values.filter((known) => known.startsWith(value));
}

/** `200`, `5xx`, `50`, `none`, or how it ended without an answer: `refused`, `timed-out`, `aborted`. */
function hasStatus({ lastStatus, lastOutcome }: DeliverySummary, value: string): boolean {
  if (value === "none") return lastStatus === null;
  if (lastStatus === null) return lastOutcome?.startsWith(value) ?? false;
  return lastStatus.toString().startsWith(value.replace(/x+$/, ""));
}

const unquoted = (text: string) => text.replaceAll('"', "");

function contains(field: string | null, text: string): boolean {
  return field?.toLowerCase().includes(text.toLowerCase()) ?? false;
}
