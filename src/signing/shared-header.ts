import { headerValues } from "../core/headers.ts";
import { cannotSign } from "./_proof.ts";
import type { SigningScheme } from "./_scheme.ts";
import { examineToken } from "./_token.ts";

/**
 * The secret itself in a header, compared as written. Parameters: `header` is its name, `prefix` what stands
 * before the secret (`Bearer `).
 *
 * @see https://docs.leonardo.ai/docs/guide-to-the-webhook-callback-feature
 */
export const sharedHeaderScheme: SigningScheme<"shared-header"> = {
  name: "shared-header",
  description: "the secret itself in a header; the body is not signed",
  toleranceSeconds: null,
  secretKind: "text",
  secretUse: "as it is",
  examine({ headers }, secret, { header = DEFAULT_HEADER, prefix = "" } = {}) {
    return examineToken(
      { values: headerValues(headers, header), place: `the ${header} header`, prefix },
      secret,
    );
  },
  sign({ secret, url, params: { header = DEFAULT_HEADER, prefix = "" } = {} }) {
    if (typeof secret !== "string" || secret === "") throw cannotSign("a text secret");
    return { headers: [[header, prefix + secret]], url };
  },
};

const DEFAULT_HEADER = "Authorization";
