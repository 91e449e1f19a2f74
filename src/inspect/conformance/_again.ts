import type { PlannedCase } from "./_case.ts";
import { deliverySource } from "./_facts.ts";
import type { Subject } from "./_subject.ts";

/** The same delivery again, and deliveries that overtake each other. */
export function againCases(subject: Subject): PlannedCase[] {
  return [duplicateCase(subject), retryCase(subject), overtakenCase(subject)];
}

const repeats =
  "Every provider delivers some things twice: an answer that got lost, a time-out, a retry that crossed with it. To a handler a duplicate is old news, and 2xx is what ends it; anything else asks for more of them.";

function duplicateCase(subject: Subject): PlannedCase {
  const payload = subject.payload(subject.sample(subject.completed));
  return {
    name: "again/duplicate",
    title: "the same delivery twice",
    severity: "error",
    expects: "accepted",
    why: repeats,
    source: deliverySource(subject.provider),
    needs: [subject.completedCase],
    requests: [(now) => subject.deliver(payload, now), (now) => subject.deliver(payload, now)],
  };
}

function retryCase(subject: Subject): PlannedCase {
  const about = { name: "again/retry", title: "a retry: same id and body, signed anew" };
  const payload = subject.payload(subject.sample(subject.completed));
  const [early, late] = [0, RETRY_AFTER_MS].map((now) =>
    JSON.stringify(subject.deliver(payload, now).headers),
  );
  if (early === late)
    return { ...about, reason: "nothing in it changes with time, so it is the duplicate above" };
  return {
    ...about,
    severity: "error",
    expects: "accepted",
    why: `${repeats} Deduplicate by the id or the job, not by the signature.`,
    source: deliverySource(subject.provider),
    needs: ["again/duplicate"],
    // The first is signed some seconds ago, so that nobody has to wait for the second.
    requests: [
      (now) => subject.deliver(payload, now - RETRY_AFTER_MS),
      (now) => subject.deliver(payload, now),
    ],
  };
}

const RETRY_AFTER_MS = 10_000;

function overtakenCase(subject: Subject): PlannedCase {
  const { provider, completed } = subject;
  const about = { name: "again/overtaken", title: "the result before the news of progress" };
  const news = provider.events.findLast(({ event }) => event === "processing");
  if (news === undefined) return { ...about, reason: `${provider.name} sends no news of progress` };
  const job = provider.newJob(subject.random);
  const [result, late] = [completed, news].map((event) => subject.payload(subject.sample(event, job)));
  if (result === undefined || late === undefined) throw new Error("two events make two payloads");
  return {
    ...about,
    severity: "error",
    expects: "accepted",
    why: "Deliveries overtake each other, and a retry comes later than what followed it. A job that is done stays done, and old news is answered 2xx.",
    source: deliverySource(provider),
    needs: [subject.completedCase, `events/${news.name}`],
    requests: [(now) => subject.deliver(result, now), (now) => subject.deliver(late, now)],
  };
}
