import { AppError } from "../core/errors.ts";
import type { HeaderPair, HeaderPairs } from "../core/headers.ts";
import type { ImportedRequest } from "./_format.ts";
import { wireText } from "./_wire-text.ts";

/** A request as a file gives it, nothing of it looked at. */
export interface UncheckedRequest {
  readonly method: unknown;
  readonly path: unknown;
  readonly headers: unknown;
  readonly body: Uint8Array;
  readonly receivedAt?: unknown;
  readonly httpVersion?: unknown;
}

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const lineEnd = /[\0\r\n]/;

/**
 * Lets nothing in that could not have come over the wire: it is to be replayed some day.
 *
 * @throws {AppError} E_BAD_FILE
 */
export function importedRequest(request: UncheckedRequest, where: string): ImportedRequest {
  const { method, path, receivedAt, httpVersion, body } = request;
  if (typeof method !== "string" || !token.test(method)) throw badFile(`${where} has no HTTP method`);
  if (typeof path !== "string" || path === "" || /[\0-\x20\x7f]/.test(path))
    throw badFile(`${where} has no request target, or one with spaces in it`);
  const at = typeof receivedAt === "string" ? Date.parse(receivedAt) : Number.NaN;
  return {
    method,
    path: wireText(path),
    headers: headerPairs(request.headers, where),
    body,
    receivedAt: Number.isNaN(at) ? null : at,
    httpVersion: typeof httpVersion === "string" && /^\d\.\d$/.test(httpVersion) ? httpVersion : null,
  };
}

function headerPairs(headers: unknown, where: string): HeaderPairs {
  if (!Array.isArray(headers)) throw badFile(`${where} has no headers`);
  return headers.map((pair: unknown): HeaderPair => {
    const [name, value] = Array.isArray(pair) ? pair : [];
    if (typeof name === "string" && token.test(name) && typeof value === "string" && !lineEnd.test(value))
      return [name, wireText(value)];
    throw badFile(`${where} has a header that is none: ${JSON.stringify(pair)}`);
  });
}

export function badFile(problem: string, cause?: unknown): AppError {
  return new AppError(`the file cannot be imported: ${problem}`, {
    code: "E_BAD_FILE",
    fault: "user",
    hint: 'It takes what "hookspool export" writes as json, fixture, har or http, and what browsers and mitmproxy save as HAR.',
    cause,
  });
}

/** The members of a JSON object; none of anything else. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** JSON that begins as an object does; `undefined` where it is none. */
export function parseObject(document: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(document)
        .toString()
        .replace(/^\uFEFF/, ""),
    );
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What `encodeBytes` made, as bytes again.
 *
 * @throws {AppError} E_BAD_FILE
 */
export function bodyBytes(value: unknown, where: string): Uint8Array {
  const { encoding, data } = membersOf(value);
  if ((encoding === "utf8" || encoding === "base64") && typeof data === "string")
    return Buffer.from(data, encoding);
  throw badFile(`${where} has no body of encoding utf8 or base64`);
}
