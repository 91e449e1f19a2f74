/** Requests as nobody should send them: good ones, changed at random places in ways that parsers dislike. */

/** What is put in: whole fields, and single bytes that mean something to a parser. */
const words = [
  "Content-Length: 5\r\n",
  "Content-Length: 0\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding:\tchunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Expect: 100-continue\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive, Content-Length\r\n",
  "Connection: Upgrade\r\nUpgrade: websocket\r\n",
  "Host: other\r\n",
  "Trailer: X-A\r\n",
  `X-Long: ${"a".repeat(5_000)}\r\n`,
  "X-Folded: a\r\n b\r\n",
  "0\r\n\r\n",
  "5;a=b\r\nabcde\r\n",
  "ffffffff\r\n",
  "HTTP/1.1",
  "POST / HTTP/1.1\r\n",
  "\r\n\r\n",
  "\r\n",
  "\n",
  "\r",
  "\0",
  ":",
  " ",
  "\t",
  "\x0b",
  "\x7f",
  "\xff",
  "%00",
  "é",
  "\u202e",
];

const methods = ["POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "PROPFIND", "CONNECT", "PO ST"];

/** One request; most are good, so that the way behind the parser is walked, too. */
export function mutatedRequest(chance: () => number): Buffer {
  let bytes = goodRequest(chance);
  if (chance() < 0.4) return bytes;
  const changes = 1 + Math.floor(chance() * 4);
  for (let i = 0; i < changes; i += 1) bytes = changed(bytes, chance);
  return bytes;
}

function goodRequest(chance: () => number): Buffer {
  const method = chance() < 0.7 ? "POST" : oneOf(methods, chance);
  const body = randomText(Math.floor(chance() ** 4 * 20_000), chance);
  const path = `/${randomText(Math.floor(chance() * 12), chance).replace(/[^\w]/g, "x")}`;
  const head = `${method} ${path} HTTP/1.${chance() < 0.9 ? 1 : 0}\r\nHost: hooks.example\r\n`;
  const chunked = chance() < 0.3;
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${Buffer.byteLength(body)}`;
  const fields = `User-Agent: fuzz\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head + fields), chunked ? inChunks(body, chance) : Buffer.from(body)]);
}

/** Now and then JSON as a provider sends it, so that it is read further. */
function randomText(length: number, chance: () => number): string {
  if (chance() < 0.2)
    return JSON.stringify({ event: "job.completed", jobId: String(length), outputs: ["x".repeat(length)] });
  return Array.from({ length }, () => String.fromCharCode(32 + Math.floor(chance() * 95))).join("");
}

function inChunks(body: string, chance: () => number): Buffer {
  const bytes = Buffer.from(body);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const part = bytes.subarray(at, at + 1 + Math.floor(chance() * 2_000));
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

function changed(bytes: Buffer, chance: () => number): Buffer {
  const headEnd = Math.max(1, bytes.indexOf("\r\n\r\n"));
  // The head is where parsers differ.
  const at = Math.floor(chance() * (chance() < 0.8 ? headEnd + 4 : bytes.length));
  const length = Math.floor(chance() ** 3 * 60) + 1;
  const before = bytes.subarray(0, at);
  switch (Math.floor(chance() * 7)) {
    case 0:
      return Buffer.concat([before, Buffer.from([Math.floor(chance() * 256)]), bytes.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([before, Buffer.from(oneOf(words, chance), "latin1"), bytes.subarray(at)]);
    case 4: {
      // Where a field may stand.
      const line = bytes.indexOf("\r\n", at) + 2;
      return Buffer.concat([
        bytes.subarray(0, line),
        Buffer.from(oneOf(words, chance)),
        bytes.subarray(line),
      ]);
    }
    case 5:
      return Buffer.from(
        bytes.toString("latin1").replace("\r\n", oneOf(["\n", "\r", "\r\n\r\n"], chance)),
        "latin1",
      );
    default:
      return before;
  }
}

function oneOf<T>(all: readonly T[], chance: () => number): T {
  return all[Math.floor(chance() * all.length)] as T;
}
