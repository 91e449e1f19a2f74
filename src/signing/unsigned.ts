import { undecided } from "../core/verdict.ts";
import type { SigningScheme } from "./_scheme.ts";

/** For providers that sign nothing. */
export const unsignedScheme: SigningScheme<"unsigned"> = {
  name: "unsigned",
  description: "nothing is signed, and nothing tells the sender from anybody else",
  toleranceSeconds: null,
  secretKind: "none",
  secretUse: "for nothing",
  examine: () => ({
    verification: undecided("this provider signs nothing, so nobody can tell who sent it"),
    complete: true,
    signed: null,
    signatureHeader: null,
    expected: null,
    received: null,
    timestamp: null,
  }),
  sign: ({ url }) => ({ headers: [], url }),
};
