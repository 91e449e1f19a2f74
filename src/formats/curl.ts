import type { ExportedDelivery, Format } from "./_format.ts";

export const curlFormat: Format = {
  name: "curl",
  about: "commands for a POSIX shell that send the deliveries",
  extension: "sh",
  holdsMany: true,
  *write(deliveries) {
    let isFirst = true;
    for (const delivery of deliveries) {
      yield `${isFirst ? "" : "\n"}${curlCommand(delivery)}\n`;
      isFirst = false;
    }
  },
};

/** Fields that curl sets by itself, or that speak of one connection. */
const ownFields =
  /^(?:host|content-length|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect)$/i;

function curlCommand({ delivery, url, body }: ExportedDelivery): string {
  const headers = delivery.headers.filter(([name]) => !ownFields.test(name));
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
