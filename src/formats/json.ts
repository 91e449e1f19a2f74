import type { Format, ImportedRequest } from "./_format.ts";
import { badFile, bodyBytes, importedRequest, membersOf } from "./_imported-request.ts";
import { jsonLine, showLine } from "./_json-lines.ts";

export const jsonFormat: Format = {
  name: "json",
  about: 'JSON lines with all that is known of each delivery, as "show --json" prints them',
  extension: "jsonl",
  holdsMany: true,
  *write(deliveries) {
    for (const { delivery, body, attempts } of deliveries) yield jsonLine(showLine(delivery, body, attempts));
  },
  read(document) {
    const lines = Buffer.from(document)
      .toString()
      .replace(/^\uFEFF/, "")
      .split("\n");
    if (membersOf(parsed(lines[0])).type !== "delivery") return undefined;
    return lines.flatMap((line, i) => (line.trim() === "" ? [] : [readLine(line, `line ${i + 1}`)]));
  },
};

function readLine(line: string, where: string): ImportedRequest {
  const value = parsed(line);
  if (value === undefined) throw badFile(`${where} is not JSON`);
  const { method, path, headers, body, receivedAt, httpVersion } = membersOf(value);
  return importedRequest(
    { method, path, headers, body: bodyBytes(body, where), receivedAt, httpVersion },
    where,
  );
}

function parsed(line = ""): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
