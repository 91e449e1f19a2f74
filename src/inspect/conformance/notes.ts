import { isSkipped } from "./_case.ts";
import { type CaseResult, isMiss, type Result } from "./judge.ts";

/**
 * How to read the results where they do not say it themselves, as sentences.
 *
 * @param finding the mistake that was found to explain them
 */
export function readingNotes(results: readonly Result[], finding?: string): readonly string[] {
  const rewrites = results.some(
    (result) => result.name.startsWith("bytes/") && isMiss(result) && result.got.startsWith("4"),
  );
  if (rewrites) return [verifyBytes];
  if (believesEverybody(results)) return [verifyAtAll];
  if (!refusesEverything(results)) return [];
  const nothing = "No good delivery was accepted, so that the spoiled ones were refused proves little.";
  return [`${nothing} ${finding ?? adviceOn(eventResults(results).map(({ got }) => got))}`.trim()];
}

const verifyBytes =
  "Your handler takes one spelling of a body and refuses another: it verifies what was parsed and written again, or decodes it wrongly. Verify the bytes as they came, and parse them afterwards: express.raw() in Express, request.get_data() in Flask, php://input in PHP, await request.arrayBuffer() with fetch's Request.";

/** Nothing that has to be refused for its signature was. */
function believesEverybody(results: readonly Result[]): boolean {
  const spoiled = results.filter(
    (result): result is CaseResult => !isSkipped(result) && /^signature\/(?!sender)/.test(result.name),
  );
  return spoiled.length > 0 && spoiled.every(({ got }) => /^2\d\d$/.test(got));
}

const verifyAtAll =
  "Your handler believes everybody: it does not check who sent a delivery. Until it does, anyone who finds the URL can send results.";

function adviceOn(answers: readonly string[]): string {
  if (answers.some((got) => got === "404" || got === "405"))
    return "Is the path right? Give the target with the handler's own path.";
  if (answers.some((got) => got === "401" || got === "403"))
    return "Is this the secret that the handler has?";
  return "";
}

/** Whether every good delivery was answered with a refusal or not at all. */
export function refusesEverything(results: readonly Result[]): boolean {
  const events = eventResults(results);
  return events.length > 0 && events.every(isMiss);
}

const eventResults = (results: readonly Result[]) =>
  results.filter((result): result is CaseResult => !isSkipped(result) && result.name.startsWith("events/"));

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
