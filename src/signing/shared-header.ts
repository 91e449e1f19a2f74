import { headerValues } from "../core/headers.ts";
import { cannotSign } from "./_cannot-sign.ts";
import type { SigningScheme } from "./_scheme.ts";
import { examineToken } from "./_token.ts";

/**
 * The secret itself in a header, compared as written. Parameters: `header` is its name, `prefix` what stands
 * before the secret (`Bearer `). A secret beyond ASCII travels as its UTF-8 bytes.
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
    const values = headerValues(headers, header).map((value) => Buffer.from(value, "latin1").toString());
    return examineToken({ values, place: `the ${header} header`, prefix }, secret);
  },
  sign({ secret, url, params: { header = DEFAULT_HEADER, prefix = "" } = {} }) {
    if (typeof secret !== "string" || secret === "") throw cannotSign("a text secret");
    return { headers: [[header, Buffer.from(prefix + secret).toString("latin1")]], url };
  },
};

const DEFAULT_HEADER = "Authorization";
