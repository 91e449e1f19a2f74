import { AppError } from "../core/errors.ts";
import type { HeaderPair, HeaderPairs } from "../core/headers.ts";

/** An HTTP/1 request as one writes it down: strings have one character per byte, the body is kept to the byte. */
export interface HttpMessage {
  /** `null` where there is no request line. */
  readonly request: RequestLine | null;
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
}

interface RequestLine {
  readonly method: string;
  /** The request target as it stands there. */
  readonly path: string;
}

const LF = 0x0a;

/**
 * Reads header lines, an empty line and the body, after a request line or without one. Lines may end in LF or
 * CRLF; everything after the empty line is body.
 *
 * @throws {AppError} E_BAD_MESSAGE
 */
export function parseHttpMessage(bytes: Uint8Array): HttpMessage {
  let request: RequestLine | null = null;
  const headers: HeaderPair[] = [];
  let at = 0;
  for (let number = 1; at < bytes.length; number += 1) {
    const end = bytes.indexOf(LF, at);
    const line = latin1(bytes.subarray(at, end === -1 ? undefined : end)).replace(/\r$/, "");
    at = end === -1 ? bytes.length : end + 1;
    if (line === "") break;
    const start = number === 1 ? requestLine(line) : undefined;
    if (start) request = start;
    else headers.push(headerPair(line, number));
  }
  return { request, headers, body: bytes.subarray(at) };
}

function requestLine(line: string): RequestLine | undefined {
  const [, method, path] = /^([A-Za-z]+) (\S+) HTTP\/\d(?:\.\d)?$/.exec(line) ?? [];
  return method === undefined || path === undefined ? undefined : { method, path };
}

function headerPair(line: string, number: number): HeaderPair {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new AppError(`line ${number} of the HTTP message is no header`, {
    code: "E_BAD_MESSAGE",
    fault: "user",
    hint: 'It needs lines like "webhook-id: msg_1", an empty line, and the body as it was sent.',
  });
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
