import type { ForgedDelivery } from "../forge.ts";
import type { PlannedCase } from "./_case.ts";
import { bytesOf, type Subject } from "./_subject.ts";

/** Requests that are no deliveries, as scanners, browsers and broken senders make them. */
export function requestCases(subject: Subject): PlannedCase[] {
  return [
    {
      ...common,
      name: "requests/get",
      title: "GET instead of POST",
      why: "A handler that takes every method hides a wrong one, and a browser that opens the URL is no delivery.",
      requests: [() => bare(subject)],
    },
    signedBody(subject, "empty-body", "an empty body", new Uint8Array()),
    signedBody(subject, "not-json", "a body that is no JSON", bytesOf('{"id":')),
  ];
}

const common = { severity: "warning", expects: "refused", source: null, needs: [] } as const;

/** The GET of somebody who pastes the URL into a browser. */
function bare(subject: Subject): ForgedDelivery {
  const { path } = subject.deliver(subject.payload(subject.sample(subject.completed)), 0);
  return { method: "GET", path, headers: [], body: new Uint8Array() };
}

/** Signed as it is, where that can be done, so that it gets as far as the parser. */
function signedBody(subject: Subject, name: string, title: string, body: Uint8Array): PlannedCase {
  const about = { name: `requests/${name}`, title };
  // Some schemes sign a part of the JSON.
  if (subject.scheme.name === "kie") return { ...about, reason: "such a body cannot be signed" };
  const payload = subject.payload(body);
  return {
    ...common,
    ...about,
    why: "It has to be turned away as what it is.",
    crash: "What the parser throws has to be caught.",
    requests: [(now) => subject.deliver(payload, now)],
  };
}
