import { cannotSign } from "./_cannot-sign.ts";
import type { SigningScheme } from "./_scheme.ts";
import { examineToken } from "./_token.ts";

/**
 * A secret in the webhook URL's query, which comes back with each delivery. Form-decoded before it is
 * compared: `%2B` is a plus, `+` a space. Parameter: `param` names it.
 *
 * @see https://runware.ai/docs/platform/webhooks
 */
export const queryTokenScheme: SigningScheme<"query-token"> = {
  name: "query-token",
  description: "a secret in the URL's query; the body is not signed",
  toleranceSeconds: null,
  secretKind: "text",
  secretUse: "as it is",
  examine({ url = "" }, secret, { param = DEFAULT_PARAM } = {}) {
    const values = new URLSearchParams(splitUrl(url).query).getAll(param);
    return examineToken({ values, place: `the query parameter "${param}"` }, secret);
  },
  sign({ secret, url, params: { param = DEFAULT_PARAM } = {} }) {
    if (typeof secret !== "string" || secret === "") throw cannotSign("a text secret");
    return { headers: [], url: url && withParameter(url, param, secret) };
  },
};

const DEFAULT_PARAM = "token";

/** Leaves every other part of the URL as it was written. */
function withParameter(url: string, param: string, value: string): string {
  const { path, query, fragment } = splitUrl(url);
  const others = query.split("&").filter((piece) => piece !== "" && !new URLSearchParams(piece).has(param));
  const pair = `${encodeURIComponent(param)}=${encodeURIComponent(value)}`;
  return `${path}?${[...others, pair].join("&")}${fragment}`;
}

function splitUrl(url: string) {
  const [, path = "", query = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  return { path, query, fragment };
}
