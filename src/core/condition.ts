import type { Outcome } from "./attempt.ts";
import type { RejectionReason, Verdict } from "./verdict.ts";

/** Fields of a delivery that are compared as text, ASCII letters without regard to case. */
export type TextField = "method" | "path" | "provider" | "event" | "eventName" | "job" | "target";

/** What a delivery is or is not. */
export const traits = [
  "failure",
  "owed",
  "duplicate",
  "forged",
  "imported",
  "captured",
  "refused",
  "replayed",
] as const;

export type Trait = (typeof traits)[number];

/**
 * What is asked of deliveries, as data: the same tree is held against one delivery in memory and against a
 * million on disk. Texts are in ASCII lower case.
 */
export type Condition =
  | { readonly is: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly is: "not"; readonly of: Condition }
  | {
      readonly is: "text";
      readonly field: TextField;
      readonly how: "contains" | "equals" | "begins";
      readonly text: string;
    }
  /** `#12` contains `2`. */
  | { readonly is: "number-contains"; readonly text: string }
  | { readonly is: "verdict"; readonly of: Verdict | RejectionReason }
  /** The last attempt brought a status that begins so: `5`. */
  | { readonly is: "status"; readonly begins: string }
  /** No attempt has brought a status. */
  | { readonly is: "no-status" }
  /** The last attempt brought no status and ended so. */
  | { readonly is: "outcome"; readonly begins: Outcome | (string & {}) }
  | { readonly is: "trait"; readonly of: Trait }
  /** Arrived at or after `since` and before `until`, ms since the epoch. */
  | { readonly is: "received"; readonly since: number; readonly until: number };

export const everything: Condition = { is: "all", of: [] };

/** ASCII letters in lower case, everything else as it is: what SQLite's `lower` does. */
export function folded(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
