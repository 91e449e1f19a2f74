import { rejected, undecided, verified } from "../core/verdict.ts";
import { isEqualText } from "./_equal-text.ts";
import type { Examination, Secret } from "./_scheme.ts";

interface Token {
  /** Every value that was found, empty ones too. */
  readonly values: readonly string[];
  /** Where they were looked for, to stand in a sentence: `the dg-token header`. */
  readonly place: string;
  /** What stands before the secret. */
  readonly prefix?: string;
}

/** The verdict on a secret that comes as it is. Nothing of it is handed on, for it would be the secret itself. */
export function examineToken({ values, place, prefix = "" }: Token, secret: Secret | null): Examination {
  const present = values.filter((value) => value !== "");
  const decide = () => {
    if (secret === null || secret === "") return undecided(`no secret is known, so ${place} was not checked`);
    if (present.length === 0)
      return rejected("missing", `${place} is ${values.length === 0 ? "not there" : "empty"}`);
    if (values.length > 1) return rejected("malformed", `${place} is given ${values.length} times`);
    if (typeof secret !== "string")
      return rejected("mismatch", "the secret is a key, where a text is needed");
    return isEqualText(present.join(), prefix + secret)
      ? verified(`${place} holds the secret; the body is not signed`)
      : rejected("mismatch", `${place} does not hold the secret`);
  };
  return {
    verification: decide(),
    complete: present.length === 1 && values.length === 1,
    signed: null,
    signatureHeader: null,
    expected: null,
    received: null,
    timestamp: null,
  };
}
