import type { Attempt } from "../core/attempt.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { ExportedDelivery } from "../formats/_format.ts";

/** Header fields whose values let somebody in, or could be used again. */
const secretField =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|dg-token)$|signature|secret|token|api-?key/i;

/** Query parameters whose values are a key. */
const secretParameter = /^(?:.*(?:token|secret|key|signature|password|auth).*|sig)$/i;

const MASK = "••••";

/** Header pairs as a person is shown them. */
export function redactHeaders(headers: HeaderPairs): HeaderPairs {
  return headers.map(([name, value]) => (secretField.test(name) ? [name, mask(value)] : [name, value]));
}

/** A path whose query's secret values are masked; everything else stays to the letter. */
export function redactPath(path: string): string {
  const cut = path.indexOf("?");
  if (cut === -1) return path;
  const query = path
    .slice(cut + 1)
    .replace(/([^&=]+)=([^&]*)/g, (whole, name: string, value: string) =>
      secretParameter.test(name) ? `${name}=${mask(value)}` : whole,
    );
  return `${path.slice(0, cut)}?${query}`;
}

/** What is written down for others. The body stays: without it there would be nothing to look at. */
export function redactExport({ delivery, body, attempts, url }: ExportedDelivery): ExportedDelivery {
  return {
    delivery: { ...delivery, path: redactPath(delivery.path), headers: redactHeaders(delivery.headers) },
    body,
    attempts: attempts.map(redactAttempt),
    url: redactPath(url),
  };
}

/** An attempt as a person is shown it; the answer's body stays. */
export function redactAttempt(attempt: Attempt): Attempt {
  const { target, changes, response } = attempt;
  return {
    ...attempt,
    target: redactPath(target),
    changes: { ...changes, set: redactHeaders(changes.set) },
    response: response && { ...response, headers: redactHeaders(response.headers) },
  };
}

/** Enough is left to tell two apart, too little to be of use. */
function mask(value: string): string {
  return value.length > 12 ? `${value.slice(0, 4)}${MASK}` : MASK;
}
