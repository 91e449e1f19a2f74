import type { Provider } from "../../providers/_provider.ts";
import type { SchemeName } from "../../signing/_schemes.ts";
import { againCases } from "./_again.ts";
import { bytesCases } from "./_bytes.ts";
import type { PlannedCase } from "./_case.ts";
import { eventCases } from "./_events.ts";
import { type Mistake, secretMistakes } from "./_mistakes.ts";
import { payloadCases } from "./_payloads.ts";
import { requestCases } from "./_requests.ts";
import { signatureCases } from "./_signatures.ts";
import { createSubject, type SubjectOptions } from "./_subject.ts";

/** What a group of cases is called in a report. */
export const groups = {
  events: "Events",
  signature: "Signatures",
  again: "Again, and out of order",
  payload: "Payloads",
  bytes: "The same JSON in other bytes, signed as sent",
  requests: "What is no delivery",
  pace: "Time",
} as const;

export type Group = keyof typeof groups;

export const groupOf = ({ name }: { readonly name: string }): Group =>
  name.slice(0, name.indexOf("/")) as Group;

/** What a handler is going to be asked. */
export interface ConformancePlan {
  readonly provider: Provider;
  /** How deliveries are signed; `null` where nothing tells this sender from others. */
  readonly scheme: SchemeName | null;
  /** In order: what a case needs stands before it. */
  readonly cases: readonly PlannedCase[];
  /** Tried where every good delivery was refused, to say why. */
  readonly mistakes: readonly Mistake[];
}

/**
 * Every question that a handler of this provider is asked.
 *
 * @throws {AppError} `E_NO_PROVIDER`, `E_NO_SCHEME`, `E_NO_SECRET`, and what the scheme throws when a secret
 *   cannot sign.
 */
export function planConformance(options: SubjectOptions): ConformancePlan {
  const subject = createSubject(options);
  const { provider, scheme, isAuthentic } = subject;
  return {
    provider,
    scheme: isAuthentic ? scheme.name : null,
    cases: [
      ...eventCases(subject),
      ...signatureCases(subject),
      ...againCases(subject),
      ...payloadCases(subject),
      ...bytesCases(subject),
      ...requestCases(subject),
    ],
    mistakes: secretMistakes(options, subject),
  };
}
