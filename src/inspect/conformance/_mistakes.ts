import { secretReadings } from "../_secret-readings.ts";
import type { CaseRequest } from "./_case.ts";
import { createSubject, type Subject, type SubjectOptions } from "./_subject.ts";

/** A delivery that only a handler with a certain mistake accepts. */
export interface Mistake {
  /** What is said of a handler that accepts it, as a sentence. */
  readonly finding: string;
  readonly request: CaseRequest;
}

/** How a handler that refuses every good delivery may read its secret instead. */
export function secretMistakes(options: SubjectOptions, { provider, scheme }: Subject): readonly Mistake[] {
  const { secret } = options;
  if (typeof secret !== "string" || !isKeyed(scheme.secretKind) || scheme.secretUse === "as it is") return [];
  return secretReadings(secret).map(({ secret: misread, how }) => {
    const mistaken = createSubject({ ...options, secret: misread });
    const payload = mistaken.payload(mistaken.sample(mistaken.completed));
    return {
      finding: `Your handler accepts a delivery when the secret ${how}; ${provider.name} uses it ${scheme.secretUse}.`,
      request: (now) => mistaken.deliver(payload, now),
    };
  });
}

const isKeyed = (kind: Subject["scheme"]["secretKind"]) => kind === "text" || kind === "base64";
