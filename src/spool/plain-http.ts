/**
 * HTTP/1.1 messages in their plainest form, without Node's `http`, which takes about 40 µs for either end of an
 * exchange where this takes 5. Plain is what any two parsers read alike: whatever is written in another way, or
 * asks for more than to be read and answered, is left to Node's parser.
 *
 * @see RFC 9112
 */
import type { HeaderPair, HeaderPairs } from "../core/headers.ts";

/** The head of a request whose body has this length. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly headBytes: number;
  readonly bodyBytes: number;
}

/** A whole answer. */
export interface PlainAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderPairs;
  /** A view into the bytes that were read. */
  readonly body: Uint8Array;
}

/** Longer heads are not plain: Node says which it takes. */
const MOST_HEAD_BYTES = 8 * 1024;

const requestLine = /^(POST|PUT|PATCH) (\/[!"$-~]*) HTTP\/1\.1$/;
const statusLine = /^HTTP\/1\.1 ([2-5]\d\d) ([\t\x20-\x7e\x80-\xff]*)$/;
const anyStatusLine = /^HTTP\/1\.1 [1-9]\d\d [\t\x20-\x7e\x80-\xff]*$/;

/** Names without a space before the colon, values without control characters, no folded lines. */
const fieldName = /^[\w!#$%&'*+.^`|~-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const fieldLines = /^(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)+$/;

/** Fields of which one message may have one at most; with another value, or as well as others, it is not plain. */
interface Framing {
  length: number | undefined;
  host: number;
  isPlain: boolean;
}

/**
 * The head that stands at the beginning of `bytes`; `undefined` where it is not plain, or not yet whole. A plain
 * request has a body whose length is said, one `Host`, and expects nothing.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  const head = headOf(bytes);
  if (head === undefined) return undefined;
  const start = requestLine.exec(head.start);
  const read = start && readFields(head.fields);
  if (!start || !read || read.framing.host !== 1 || read.framing.length === undefined) return undefined;
  return {
    method: start[1] as string,
    path: start[2] as string,
    headers: read.headers,
    headBytes: head.bytes,
    bodyBytes: read.framing.length,
  };
}

/** The answer that `bytes` are; `undefined` where they are more or less than one whole plain answer. */
export function readPlainAnswer(bytes: Buffer): PlainAnswer | undefined {
  const head = headOf(bytes);
  if (head === undefined) return undefined;
  const start = statusLine.exec(head.start);
  const read = start && readFields(head.fields);
  if (!start || !read) return undefined;
  const status = Number(start[1]);
  if (mayLackBody(status) || bytes.length - head.bytes !== read.framing.length) return undefined;
  return { status, statusText: start[2] as string, headers: read.headers, body: bytes.subarray(head.bytes) };
}

/** What the length says of these is not what they carry. */
const mayLackBody = (status: number) => status === 204 || status === 205 || status === 304;

/** A message's head as it goes out; `undefined` where that could be read in another way than it is meant. */
function writtenHead(start: string, headers: HeaderPairs): string | undefined {
  let head = `${start}\r\n`;
  for (const [name, value] of headers) {
    // Each for itself: one that holds the end of a line would pass for two.
    if (!fieldName.test(name) || !fieldValue.test(value)) return undefined;
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

/** The head of an answer as it goes out; `undefined` where nobody would read it as it is meant. */
export function plainAnswerHead({
  status,
  statusText,
  headers,
}: Pick<PlainAnswer, "status" | "statusText" | "headers">): string | undefined {
  const start = `HTTP/1.1 ${status} ${statusText}`;
  return anyStatusLine.test(start) ? writtenHead(start, headers) : undefined;
}

/** The head of a request as it goes out over a connection that is kept; `undefined` where it cannot be plain. */
export function plainRequestHead(
  { method, path, headers }: Pick<PlainRequest, "method" | "path" | "headers">,
  bodyBytes: number,
): string | undefined {
  const start = `${method} ${path} HTTP/1.1`;
  if (!requestLine.test(start)) return undefined;
  const { host, length, isPlain } = framingOf(headers);
  if (!isPlain || host !== 1 || length !== bodyBytes) return undefined;
  return writtenHead(start, [...headers, ["Connection", "keep-alive"]]);
}

interface Head {
  readonly start: string;
  /** Every line with its end. */
  readonly fields: string;
  /** With the empty line. */
  readonly bytes: number;
}

function headOf(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf("\r\n\r\n", 0, "latin1");
  if (end === -1 || end > MOST_HEAD_BYTES) return undefined;
  const text = bytes.toString("latin1", 0, end + 2);
  const cut = text.indexOf("\r\n");
  return { start: text.slice(0, cut), fields: text.slice(cut + 2), bytes: end + 4 };
}

function readFields(fields: string): { headers: HeaderPairs; framing: Framing } | undefined {
  if (!fieldLines.test(fields)) return undefined;
  const headers: HeaderPair[] = [];
  for (let at = 0; at < fields.length; ) {
    const colon = fields.indexOf(":", at);
    const end = fields.indexOf("\r\n", colon);
    headers.push([fields.slice(at, colon), trimmed(fields, colon + 1, end)]);
    at = end + 2;
  }
  const framing = framingOf(headers);
  return framing.isPlain ? { headers, framing } : undefined;
}

function framingOf(headers: HeaderPairs): Framing {
  const framing: Framing = { length: undefined, host: 0, isPlain: true };
  for (const [name, value] of headers) {
    // The lengths first: it spares nearly every lower-casing.
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === "host") framing.host += 1;
        break;
      case 6:
        if (name.toLowerCase() === "expect") framing.isPlain = false;
        break;
      case 7:
        if (/^(?:upgrade|trailer)$/i.test(name)) framing.isPlain = false;
        break;
      case 10:
        if (name.toLowerCase() === "connection" && value.toLowerCase() !== "keep-alive")
          framing.isPlain = false;
        break;
      case 14:
        if (name.toLowerCase() !== "content-length") break;
        if (framing.length !== undefined || !/^\d{1,15}$/.test(value)) framing.isPlain = false;
        framing.length = Number(value);
        break;
      case 17:
        if (name.toLowerCase() === "transfer-encoding") framing.isPlain = false;
        break;
    }
  }
  return framing;
}

/** Without the spaces and tabs around it: `String.trim` would take bytes along. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number) => code === 0x20 || code === 0x09;
