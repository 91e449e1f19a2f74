import { isSkipped } from "./_case.ts";
import { type CaseResult, isMiss, type Result } from "./judge.ts";

/** How to read the results where they do not say it themselves, as sentences. */
export function readingNotes(results: readonly Result[]): readonly string[] {
  const events = results.filter(
    (result): result is CaseResult => !isSkipped(result) && result.name.startsWith("events/"),
  );
  if (events.length === 0 || !events.every(isMiss)) return [];
  const answers = new Set(events.map(({ got }) => got));
  const nothing = "No good delivery was accepted, so that it refuses the spoiled ones proves little.";
  if (answers.has("404") || answers.has("405"))
    return [`${nothing} Is the path right? Give the target with the handler's own path.`];
  if (answers.has("401") || answers.has("403"))
    return [`${nothing} Is this the secret that the handler has, and does it take it as the provider says?`];
  return [nothing];
}

/** What nobody can see from outside, as sentences. */
export const unseenNotes = (results: readonly Result[]): readonly string[] => [
  ...(asked(results, "again/duplicate")
    ? ["Whether a duplicate was only acknowledged or acted on a second time: look at what your handler did."]
    : []),
  ...(asked(results, "signature/wrong")
    ? ["Whether signatures are compared in constant time: from outside, the network's noise hides it."]
    : []),
  "Whether the work is done before the answer or after it.",
];

const asked = (results: readonly Result[], name: string) =>
  results.some((result) => result.name === name && !isSkipped(result));
