import type { Delivery } from "../core/delivery.ts";
import { redactHeaders } from "../inspect/redact.ts";

/** Fields that curl sets by itself, or that speak of one connection. */
const ownFields =
  /^(?:host|content-length|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect)$/i;

/**
 * A command for a POSIX shell that sends this delivery. Secrets are masked, so that it can be passed on; where
 * the handler checks the signature, replaying is the way.
 */
export function curlCommand(delivery: Delivery, url: string, body: Uint8Array): string {
  const headers = redactHeaders(delivery.headers).filter(([name]) => !ownFields.test(name));
  const words = [
    `curl -X ${quoted(delivery.method)} ${quoted(url)}`,
    ...headers.map(([name, value]) => `  -H ${quoted(value === "" ? `${name};` : `${name}: ${value}`)}`),
  ];
  if (body.length === 0) return words.join(" \\\n");
  const text = asArgument(body);
  if (text !== undefined) return [...words, `  --data-binary ${quoted(text)}`].join(" \\\n");
  const decoded = `printf %s ${quoted(Buffer.from(body).toString("base64"))} | base64 -d | `;
  return `${decoded}${[...words, "  --data-binary @-"].join(" \\\n")}`;
}

/** The body as a word of a command line; not what is no text, nor what curl would take for a file's name. */
function asArgument(body: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return text.includes("\0") || text.startsWith("@") ? undefined : text;
  } catch {
    return undefined;
  }
}

const quoted = (text: string) => (/^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
