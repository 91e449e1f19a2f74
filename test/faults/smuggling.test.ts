import { describe, expect, test } from "vitest";
import { createMessageReader } from "../support/messages.ts";
import { openConnection, statusOf } from "../support/raw-client.ts";
import { startHandler } from "../support/raw-handler.ts";
import { startSpool } from "../support/spool.ts";

const HOST = "Host: h\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** What an attacker wants to be taken for a request of its own, or for none. */
const NEXT = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";

const withHead = (start: string, fields: string, rest: string) =>
  `${start}\r\n${HOST}${fields}\r\n${rest}${NEXT}`;
const post = (fields: string, rest = "") => withHead("POST /a HTTP/1.1", fields, rest);
const chunked = (body: string) => post(CHUNKED, body);
const startingWith = (start: string) => withHead(start, "Content-Length: 0\r\n", "");

/** Sends bytes on one connection; says how they were answered, what the handler was given, and what is kept. */
async function send(bytes: string) {
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port });
  const connection = await openConnection(spool.port);
  connection.socket.end(Buffer.from(bytes, "latin1"));
  const answers = createMessageReader({ kind: "response" }).push(await connection.ended);
  const kept = spool.store.reader.counts().deliveries;
  await spool.close();
  return {
    statuses: answers.map(statusOf),
    // Pipelined requests are with the handler at the same time.
    seen: handler.requests
      .map(({ start, body }) => `${start.replace(" HTTP/1.1", "")} ${body}`.trim())
      .sort(),
    kept,
  };
}

describe("a request over whose end two readers might differ is refused, with what follows it", () => {
  test.each<[string, string]>([
    ["a length and chunks (CL.TE)", post(`Content-Length: 6\r\n${CHUNKED}`, "0\r\n\r\nG")],
    ["chunks and a length (TE.CL)", post(`${CHUNKED}Content-Length: 4\r\n`, "5c\r\n")],
    ["chunks, then identity (TE.TE)", post(`${CHUNKED}Transfer-Encoding: identity\r\n`, "0\r\n\r\n")],
    ["chunks named twice", post(`${CHUNKED}${CHUNKED}`, "0\r\n\r\n")],
    ["chunks twice in one field", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")],
    ["chunks and a comma", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n")],
    ["identity and a length", post("Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc")],
    ["a space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")],
    ["a vertical tab before the value", post("Transfer-Encoding:\x0bchunked\r\n", "0\r\n\r\n")],
    ["a NUL behind the name", post("Content-Length\0: 3\r\nContent-Length: 0\r\n")],
    ["a field without a name", post(": x\r\nContent-Length: 0\r\n")],
    ["a folded coding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")],
    ["a folded field (obs-fold)", post("X-A: a\r\n b\r\nContent-Length: 0\r\n")],
    ["a fold behind the request line", `POST /a HTTP/1.1\r\n X-A: b\r\n${HOST}\r\n${NEXT}`],
    ["a coding behind a bare LF", post("X-A: b\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")],
    ["a coding behind a bare CR", post("X-A: b\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n")],
    ["a head that ends in a bare LF", `POST /a HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\nabc${NEXT}`],
    ["two CR and a LF", post("X-A: a\r\r\nContent-Length: 0\r\n")],
    ["the same length twice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")],
    ["a list of lengths", post("Content-Length: 3, 3\r\n", "abc")],
    ["no length in its field", post("Content-Length:\r\n", "abc")],
    ["a length in hex", post("Content-Length: 0x3\r\n", "abc")],
    ["a negative length", post("Content-Length: -3\r\n", "abc")],
    ["a length with an exponent", post("Content-Length: 3e0\r\n", "abc")],
    ["a length of two words", post("Content-Length: 3 0\r\n", "abc")],
    ["a length of more than 64 bits", post("Content-Length: 18446744073709551619\r\n", "abc")],
    ["a chunk's length with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n")],
    ["a chunk's length with a sign", chunked("+3\r\nabc\r\n0\r\n\r\n")],
    ["a chunk's length and a space", chunked("3 \r\nabc\r\n0\r\n\r\n")],
    ["a chunk's length of more than 64 bits", chunked("10000000000000003\r\nabc\r\n0\r\n\r\n")],
    ["a chunk's length and a bare LF", chunked("3\nabc\r\n0\r\n\r\n")],
    ["a chunk extension with a bare LF", chunked("3;a\nbc\r\nabc\r\n0\r\n\r\n")],
    ["a chunk that ends in a bare LF", chunked("3\r\nabc\n0\r\n\r\n")],
    ["a chunk longer than it says", chunked("3\r\nabcd\r\n0\r\n\r\n")],
    ["a length among the trailers", chunked("3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n")],
    ["a trailer that is no field", chunked("3\r\nabc\r\n0\r\nno field\r\n\r\n")],
    ["another host to connect to", startingWith("POST other:80 HTTP/1.1")],
    ["a target without a slash", startingWith("POST a HTTP/1.1")],
    ["a space in the target", startingWith("POST /a b HTTP/1.1")],
    ["a NUL in the target", startingWith("POST /a\0b HTTP/1.1")],
    ["tabs in the request line", startingWith("POST\t/a\tHTTP/1.1")],
    ["a method in lower case", startingWith("post /a HTTP/1.1")],
    ["a protocol in lower case", startingWith("POST /a http/1.1")],
    ["HTTP/1.2", startingWith("POST /a HTTP/1.2")],
    ["the preface of HTTP/2", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${NEXT}`],
  ])("%s", async (_case, bytes) => {
    expect(await send(bytes)).toEqual({ statuses: [400], seen: [], kept: 0 });
  });

  test.each<[string, number[], string]>([
    [
      "a coding besides chunks",
      [501, 200],
      post("Transfer-Encoding: gzip, chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"),
    ],
    ["identity, then chunks", [501, 200], post(`Transfer-Encoding: identity\r\n${CHUNKED}`, "0\r\n\r\n")],
    ["an expectation of another kind", [417, 200], post("Expect: 200-ok\r\nContent-Length: 3\r\n", "abc")],
  ])("%s is not taken, what follows is", async (_case, statuses, bytes) => {
    expect(await send(bytes)).toEqual({ statuses, seen: ["GET /next"], kept: 1 });
  });
});

test.each<[string, number[], string]>([
  ["HTTP/0.9", [505], `GET /a\r\n\r\n${NEXT}`],
  ["HTTP/2.0 in the words of HTTP/1", [505], startingWith("POST /a HTTP/2.0")],
  ["a coding in quotes", [501, 400], post('Transfer-Encoding: "chunked"\r\n', "0\r\n\r\n")],
  ["a coding that nobody knows", [501, 400], post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")],
  ["a request to connect elsewhere", [], `CONNECT other:80 HTTP/1.1\r\n${HOST}\r\n${NEXT}`],
])("%s is not taken", async (_case, statuses, bytes) => {
  expect(await send(bytes)).toEqual({ statuses, seen: [], kept: 0 });
});

describe("a request with one meaning is taken with its whole body, and the next one for itself", () => {
  test.each<[string, string, string]>([
    ["a tab before the coding", "", post("Transfer-Encoding:\tchunked\r\n", "0\r\n\r\n")],
    ["a coding in capitals", "abc", post("TRANSFER-ENCODING: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n")],
    ["a length with leading zeros", "abc", post("Content-Length: 003\r\n", "abc")],
    ["a length between spaces", "abc", post("Content-Length: \t3 \t\r\n", "abc")],
    ["chunk extensions", "abc", chunked('3;a=b;c="d"\r\nabc\r\n0;e\r\n\r\n')],
    ["chunk lengths with leading zeros", "abc", chunked("0003\r\nabc\r\n000\r\n\r\n")],
    ["trailers", "abc", chunked("3\r\nabc\r\n0\r\nX-A: b\r\n\r\n")],
    ["an absolute target of another host", "", startingWith("POST http://other:80/a HTTP/1.1")],
    ["two spaces in the request line", "", startingWith("POST  /a HTTP/1.1")],
    ["empty lines before it", "", `\r\n\r\n${startingWith("POST /a HTTP/1.1")}`],
    ["fields that only look like framing", "", post("Content_Length: 3\r\nTransfer_Encoding: chunked\r\n")],
    ["no length", "", post("")],
    [
      "chunks that end with the connection",
      "abc",
      post(`Connection: Transfer-Encoding\r\n${CHUNKED}`, "3\r\nabc\r\n0\r\n\r\n"),
    ],
    ["a list of hosts", "", `POST /a HTTP/1.1\r\nHost: a, b\r\n\r\n${NEXT}`],
    ["an empty host", "", `POST /a HTTP/1.1\r\nHost:\r\n\r\n${NEXT}`],
  ])("%s", async (_case, body, bytes) => {
    expect(await send(bytes)).toEqual({
      statuses: [200, 200],
      seen: ["GET /next", `POST /a ${body}`.trim()],
      kept: 2,
    });
  });

  test.each<[string, string]>([
    ["the body of a GET", `GET /a HTTP/1.1\r\n${HOST}Content-Length: ${NEXT.length}\r\n\r\n${NEXT}`],
    [
      "a body whose length ends with the connection",
      post(`Connection: Content-Length\r\nContent-Length: ${NEXT.length}\r\n`),
    ],
  ])("%s is a body, whatever it looks like", async (_case, bytes) => {
    const { statuses, seen } = await send(bytes);
    expect(statuses).toEqual([200]);
    expect(seen).toEqual([expect.stringContaining(`/a ${NEXT.trim()}`)]);
  });

  test.each<[string, string]>([
    ["HTTP/1.0 with chunks", `POST /a HTTP/1.0\r\n${HOST}${CHUNKED}\r\n3\r\nabc\r\n0\r\n\r\n${NEXT}`],
    ["a last request on its connection", post("Connection: close\r\nContent-Length: 3\r\n", "abc")],
  ])("what follows %s is not taken for its answer", async (_case, bytes) => {
    expect(await send(bytes)).toEqual({ statuses: [200], seen: ["POST /a abc"], kept: 1 });
  });
});

test("a connection goes on after an upgrade was offered and not taken, and ends in the middle of the next", async () => {
  const handler = await startHandler();
  const spool = await startSpool({ target: handler.port });
  const connection = await openConnection(spool.port);
  const offer = `POST /a HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\nContent-Length: 3\r\n\r\nabc`;
  for (let i = 0; i < 2; i += 1) {
    const answer = connection.answer();
    connection.send(offer);
    expect(statusOf(await answer)).toBe(200);
  }
  connection.socket.end(offer.slice(0, -1));
  // At once, and not when its patience is over.
  expect((await connection.ended).toString("latin1").match(/HTTP\/1.1 200/g)).toHaveLength(2);
});
