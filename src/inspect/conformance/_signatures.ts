import type { HeaderPairs } from "../../core/headers.ts";
import { describeSeconds } from "../../signing/_seconds.ts";
import type { ForgedDelivery, Payload } from "../forge.ts";
import type { CaseRequest, ConformanceCase, PlannedCase } from "./_case.ts";
import { factsOf, signingSource } from "./_facts.ts";
import type { Subject } from "./_subject.ts";

/** What nobody but a stranger, a replay or a broken sender would send. */
export function signatureCases(subject: Subject): PlannedCase[] {
  return [
    ...absenceCases(subject),
    refused(subject, {
      name: "wrong",
      title: sendsSecret(subject) ? "with another secret" : "signed with another secret",
      why: anybody,
      request: (payload) => (now) => subject.deliver(payload, now, "bad-signature"),
    }),
    ...malformedCases(subject),
    ...timeCases(subject),
    tamperedCase(subject),
  ];
}

const anybody = "Whoever finds the URL can send results that no job of yours ever had.";

interface Spoiled {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly crash?: string;
  readonly severity?: "warning";
  readonly source?: string | null;
  request(payload: Payload): CaseRequest;
}

/** A case that has to be refused; skipped where nothing tells this sender from another. */
function refused(subject: Subject, { request, ...about }: Spoiled): PlannedCase {
  const name = `signature/${about.name}`;
  const { title } = about;
  if (!subject.isAuthentic) return { name, title, reason: unauthenticReason(subject) };
  return {
    severity: "error",
    source: signingSource(subject.provider),
    ...about,
    name,
    expects: "refused",
    needs: [],
    requests: [request(subject.payload(subject.sample(subject.completed)))],
  } satisfies ConformanceCase;
}

function unauthenticReason({ provider, use, scheme }: Subject): string {
  if (use !== undefined && scheme.secretKind !== "none")
    return `no secret is set, and without one ${provider.name} signs nothing`;
  return provider.schemes.length === 0
    ? `how ${provider.name} signs is not known well enough`
    : `${provider.name} signs nothing`;
}

/** The secret itself is sent instead of a signature. */
const sendsSecret = ({ scheme }: Subject) => ["shared-header", "query-token"].includes(scheme.name);

function absenceCases(subject: Subject): PlannedCase[] {
  const unsigned = refused(subject, {
    name: "unsigned",
    title: sendsSecret(subject) ? "without the secret" : "not signed at all",
    why: anybody,
    crash: "What is taken apart or compared was not there.",
    request: (payload) => (now) => without(subject.deliver(payload, now, "unsigned"), subject.schemeHeaders),
  });
  // A single field that is missing is the case above.
  if (!subject.isAuthentic || subject.schemeHeaders.length < 2) return [unsigned];
  const required = subject.schemeHeaders.filter((field) => isRequired(subject, field));
  return [
    unsigned,
    ...required.map((field) =>
      refused(subject, {
        name: `without-${field.toLowerCase()}`,
        title: `no ${field} header`,
        why: "A check that is passed over when a field is missing is no check.",
        crash: "What is taken apart or compared was not there.",
        request: (payload) => (now) => without(subject.deliver(payload, now), [field]),
      }),
    ),
  ];
}

function isRequired(subject: Subject, field: string): boolean {
  const delivery = subject.deliver(subject.payload(subject.sample(subject.completed)), 0);
  return subject.examine(without(delivery, [field]), 0).verification.reason === "missing";
}

function without(delivery: ForgedDelivery, fields: readonly string[]): ForgedDelivery {
  const gone = new Set(fields.map((field) => field.toLowerCase()));
  return { ...delivery, headers: delivery.headers.filter(([field]) => !gone.has(field.toLowerCase())) };
}

/** Spellings of a signature that no sender writes; where it stands in no header, there is none to misspell. */
function malformedCases(subject: Subject): PlannedCase[] {
  const example = subject.deliver(subject.payload(subject.sample(subject.completed)), 0);
  const { signatureHeader } = subject.examine(example, 0);
  if (subject.isAuthentic && signatureHeader === null) {
    const reason = "the secret itself is sent, so any other value is the case above";
    return [{ name: "signature/malformed", title: "signatures that cannot be read", reason }];
  }
  const header = signatureHeader ?? "";
  const misspelled = (misspell: (value: string) => readonly string[]) => (payload: Payload) => {
    return (now: number) => {
      const delivery = subject.deliver(payload, now);
      return { ...delivery, headers: respelled(delivery.headers, header, misspell) };
    };
  };
  return [
    refused(subject, {
      name: "short",
      title: "a signature cut in half",
      why: anybody,
      crash: "Comparing in constant time throws on unequal lengths in Node: compare the lengths first.",
      request: misspelled((value) => [value.slice(0, Math.ceil(value.length / 2))]),
    }),
    refused(subject, {
      name: "unreadable",
      title: "a signature that is neither hex nor base64",
      why: anybody,
      crash: "What a stranger sends need not fit a pattern or be decodable.",
      request: misspelled((value) => [`${value.slice(0, -8)}!!!!!!!!`]),
    }),
    refused(subject, {
      name: "empty",
      title: "an empty signature",
      why: anybody,
      crash: "The field is there and holds nothing.",
      request: misspelled(() => [""]),
    }),
    refused(subject, {
      name: "twice",
      title: "two signatures, both wrong",
      why: anybody,
      crash: "Servers join repeated fields with a comma, or make a list of them.",
      request: (payload) => (now) => {
        const delivery = subject.deliver(payload, now, "bad-signature");
        return { ...delivery, headers: respelled(delivery.headers, header, (value) => [value, value]) };
      },
    }),
  ];
}

function respelled(
  headers: HeaderPairs,
  field: string,
  spell: (value: string) => readonly string[],
): HeaderPairs {
  return headers.flatMap(([name, value]) =>
    name.toLowerCase() === field.toLowerCase()
      ? spell(value).map((spelling): [string, string] => [name, spelling])
      : [[name, value] as const],
  );
}

function timeCases(subject: Subject): PlannedCase[] {
  const { scheme, provider } = subject;
  const tolerance = scheme.toleranceSeconds;
  if (tolerance === null || !subject.isAuthentic) {
    const reason = subject.isAuthentic
      ? `${provider.name} signs no time, or gives it no limit`
      : unauthenticReason(subject);
    return [{ name: "signature/stale", title: "a time that is too old or too far ahead", reason }];
  }
  const { noAgeLimit } = factsOf(provider);
  const distance = tolerance + MARGIN_SECONDS;
  const stale = refused(subject, {
    name: "stale",
    title: `signed ${describeSeconds(distance)} ago`,
    ...(noAgeLimit ? { severity: "warning", source: null } : {}),
    why: `A recorded delivery can be sent again for ever unless its time is compared with the clock. ${
      noAgeLimit
        ? "The provider names no limit; 5 minutes are usual."
        : `The limit is ${describeSeconds(tolerance)}.`
    }`,
    request: (payload) => (now) => subject.deliver(payload, now - distance * 1000),
  });
  const unreadable = refused(subject, {
    name: "bad-time",
    title: "a time that is no number",
    why: "Compared with a limit, what is no number is neither too old nor too new.",
    request: (payload) => (now) => withBadTime(subject.deliver(payload, now), now),
  });
  return [stale, futureCase(subject, distance), unreadable];
}

/** Beyond the limit for longer than any request takes. */
const MARGIN_SECONDS = 60;

function futureCase(subject: Subject, distance: number): PlannedCase {
  const about = { name: "future", title: `signed ${describeSeconds(distance)} ahead of time` };
  const ahead = subject.deliver(subject.payload(subject.sample(subject.completed)), distance * 1000);
  if (subject.examine(ahead, 0).verification.reason !== "stale")
    return { ...about, name: "signature/future", reason: "the provider limits the age alone" };
  return refused(subject, {
    ...about,
    severity: "warning",
    why: "Only the provider can sign a time ahead, and then one of two clocks is wrong; such a delivery stays replayable until that time plus the limit.",
    request: (payload) => (now) => subject.deliver(payload, now + distance * 1000),
  });
}

function withBadTime(delivery: ForgedDelivery, now: number): ForgedDelivery {
  const seconds = String(Math.floor(now / 1000));
  const headers = delivery.headers.map(([name, value]): [string, string] => [
    name,
    value === seconds ? "yesterday" : value.replace(`t=${seconds}`, "t=yesterday"),
  ]);
  return { ...delivery, headers };
}

function tamperedCase(subject: Subject): PlannedCase {
  const about = { name: "tampered", title: "a body changed after it was signed" };
  const example = tampered(subject.deliver(subject.payload(subject.sample(subject.completed)), 0));
  if (subject.isAuthentic && subject.examine(example, 0).verification.verdict === "verified")
    return {
      ...about,
      name: "signature/tampered",
      reason: "this scheme does not sign the body, so nobody can tell",
    };
  return refused(subject, {
    ...about,
    why: "A signature that is not compared with these very bytes says nothing about them.",
    request: (payload) => (now) => tampered(subject.deliver(payload, now)),
  });
}

/** The body is JSON as before, of the same length, with the last letter of its first text changed. */
function tampered(delivery: ForgedDelivery): ForgedDelivery {
  const text = Buffer.from(delivery.body).toString();
  const changed = text.replace(/(:\s*"[^"\\]*)([a-z0-9])"/i, (_all, before: string, last: string) => {
    return `${before}${last === "0" ? "1" : "0"}"`;
  });
  return { ...delivery, body: Buffer.from(changed) };
}
