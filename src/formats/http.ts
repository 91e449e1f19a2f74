import type { Format } from "./_format.ts";
import { parseHttpMessage } from "./_http-message.ts";
import { wireText } from "./_wire-text.ts";

export const httpFormat: Format = {
  name: "http",
  about: "the request as it stands on the wire: request line, headers, an empty line, the body's bytes",
  extension: "http",
  holdsMany: false,
  *write(deliveries) {
    for (const { delivery, body } of deliveries) {
      const { method, path, httpVersion, headers } = delivery;
      const lines = [
        `${method} ${path} HTTP/${httpVersion}`,
        ...headers.map(([name, value]) => `${name}: ${value}`),
      ];
      const head = lines.map((line) => `${wireText(line)}\r\n`).join("");
      yield Buffer.from(`${head}\r\n`, "latin1");
      yield body;
    }
  },
  read(document) {
    if (!requestLine.test(Buffer.from(document.subarray(0, LONGEST_LINE)).toString("latin1")))
      return undefined;
    const { request, headers, body } = parseHttpMessage(document);
    return request ? [{ ...request, headers, body, receivedAt: null, httpVersion: null }] : undefined;
  },
};

const requestLine = /^[A-Za-z]+ \S+ HTTP\/\d(?:\.\d)?\r?\n/;

const LONGEST_LINE = 64 * 1024;
