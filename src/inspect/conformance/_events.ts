import type { ProviderEvent } from "../../providers/_provider.ts";
import { assign } from "../assignments.ts";
import type { PlannedCase } from "./_case.ts";
import { deliverySource, factsOf } from "./_facts.ts";
import type { Subject } from "./_subject.ts";

/** Every documented event as it comes on a good day. */
export function eventCases(subject: Subject): PlannedCase[] {
  const { provider } = subject;
  const each = provider.events.map((event): PlannedCase => {
    const payload = subject.payload(subject.sample(event));
    return {
      name: `events/${event.name}`,
      title: event.about === undefined ? event.name : `${event.name}: ${event.about}`,
      severity: "error",
      expects: "accepted",
      why: whyOf(event, provider.retries.afterLast),
      source: deliverySource(provider),
      needs: [],
      requests: [(now) => subject.deliver(payload, now)],
    };
  });
  return [...each, ...unfitCase(subject)];
}

function whyOf({ event }: ProviderEvent, afterLast: string): string {
  const sentence = `An answer that is not 2xx makes the provider try again and then give up.`;
  const end = /^(?:undocumented|left to)/i.test(afterLast) ? "" : ` ${afterLast}`;
  return event === "failed" ? `A job that failed has to be heard of too. ${sentence}${end}` : sentence + end;
}

/** Only where the provider documents such a flag. */
function unfitCase(subject: Subject): PlannedCase[] {
  const { nsfw } = factsOf(subject.provider);
  if (nsfw === undefined) return [];
  const payload = subject.payload(assign(subject.sample(subject.completed), [nsfw.set]) as never);
  return [
    {
      name: "events/nsfw",
      title: `${subject.completed.name}, flagged as not safe for work`,
      severity: "error",
      expects: "accepted",
      why: "A flagged result is a result: whatever the application does with it, the delivery has arrived.",
      source: nsfw.source,
      needs: [subject.completedCase],
      requests: [(now) => subject.deliver(payload, now)],
    },
  ];
}
