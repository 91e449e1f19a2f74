import type { Json, JsonObject } from "../../providers/_provider.ts";
import { ADDED_MEMBER } from "./_bytes.ts";
import type { PlannedCase } from "./_case.ts";
import { factsOf } from "./_facts.ts";
import type { Subject } from "./_subject.ts";

/** Bodies that a provider may send some day, or does already. */
export function payloadCases(subject: Subject): PlannedCase[] {
  return [unknownFieldCase(subject), unknownEventCase(subject), ...failureCases(subject), largeCase(subject)];
}

function unknownFieldCase(subject: Subject): PlannedCase {
  const sample = subject.sample(subject.completed);
  const payload = subject.payload({ ...sample, [ADDED_MEMBER]: { nested: [1, "two", null] } });
  return {
    name: "payload/unknown-field",
    title: "a field that no page names",
    severity: "error",
    expects: "accepted",
    why: "Providers add fields without notice. A schema that forbids what it does not know turns the first of them into an outage.",
    source: null,
    needs: [subject.completedCase],
    requests: [(now) => subject.deliver(payload, now)],
  };
}

function unknownEventCase(subject: Subject): PlannedCase {
  const about = { name: "payload/unknown-event", title: "an event that no page names" };
  const body = withUnknownEvent(subject, subject.sample(subject.completed));
  if (body === undefined) return { ...about, reason: "nothing in the body names the event" };
  const payload = subject.payload(body);
  return {
    ...about,
    severity: "error",
    expects: "accepted",
    why: "Providers add events and states without notice. What a handler has no use for it answers 2xx, or it is sent again and again.",
    source: null,
    needs: [subject.completedCase],
    requests: [(now) => subject.deliver(payload, now)],
  };
}

/** Changes the first text by which the catalogue tells the event; `undefined` where there is none. */
function withUnknownEvent({ provider }: Subject, sample: JsonObject): Json | undefined {
  const nameIn = (json: Json) => provider.identify({ headers: new Map(), json }).eventName;
  const before = nameIn(sample);
  for (const changed of withOneTextChanged(sample, unknownName)) {
    const name = nameIn(changed);
    if (name !== before && name !== null) return changed;
  }
  return undefined;
}

/** `job.completed` becomes `job.archived`, `OK` becomes `ARCHIVED`. */
function unknownName(name: string): string {
  const start = name.slice(0, name.lastIndexOf(".") + 1);
  return start + (name === name.toUpperCase() ? "ARCHIVED" : "archived");
}

/** The value once for each text in it, with that one changed. */
function* withOneTextChanged(value: Json, change: (text: string) => string): Generator<Json> {
  if (typeof value === "string") yield change(value);
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    for (const changed of withOneTextChanged(member, change))
      yield Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
  }
}

/** A failure has no result, which providers write in three ways: an empty list, null, or not at all. */
function failureCases(subject: Subject): PlannedCase[] {
  const { provider, failed } = subject;
  const about = { name: "payload/failed-without-outputs", title: "failed, without the outputs' field" };
  if (failed === undefined) return [{ ...about, reason: `${provider.name} delivers no failures` }];
  const completed = subject.sample(subject.completed);
  const outputs = OUTPUT_MEMBERS.filter((key) => Object.hasOwn(completed, key));
  if (outputs.length === 0) return [{ ...about, reason: "its outputs have no field of their own" }];
  const empty = Object.fromEntries(outputs.map((key) => [key, Array.isArray(completed[key]) ? [] : null]));
  const variants = [
    { ...about, change: (sample: JsonObject) => withoutMembers(sample, outputs) },
    {
      name: "payload/failed-empty-outputs",
      title: "failed, with the outputs' field empty",
      change: (sample: JsonObject) => ({ ...sample, ...empty }),
    },
  ];
  const { failsWithoutOutputs } = factsOf(provider);
  return variants.flatMap(({ name, title, change }): PlannedCase[] => {
    const sample = subject.sample(failed);
    const body = change(sample);
    // The documented failure is written so already.
    if (JSON.stringify(body) === JSON.stringify(sample)) return [];
    const payload = subject.payload(body);
    return [
      {
        name,
        title,
        severity: failsWithoutOutputs === undefined ? "warning" : "error",
        expects: "accepted",
        why: "A handler that reads the first output of every delivery falls over the job that has none.",
        source: failsWithoutOutputs ?? null,
        needs: [`events/${failed.name}`],
        requests: [(now) => subject.deliver(payload, now)],
      },
    ];
  });
}

const OUTPUT_MEMBERS: readonly string[] = ["outputs", "output", "generated", "images", "videos", "result"];

function withoutMembers(object: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !members.includes(key)));
}

function largeCase(subject: Subject): PlannedCase {
  const sample = subject.sample(subject.completed);
  const payload = subject.payload({ ...sample, [ADDED_MEMBER]: "x".repeat(LARGE_BYTES) });
  return {
    name: "payload/one-megabyte",
    title: "a body of 1 MB",
    severity: "error",
    expects: "accepted",
    why: "Long inputs and results given inline make bodies large. Frameworks refuse them unless told otherwise: Express's parser takes 100 kB, nginx 1 MB.",
    source: null,
    needs: ["payload/unknown-field"],
    requests: [(now) => subject.deliver(payload, now)],
  };
}

/** A little less than what nginx takes by default (1 MiB), with the rest of the body. */
const LARGE_BYTES = 1_000_000;
