import type { WireChanges } from "../core/attempt.ts";
import type { RequestHead } from "../core/delivery.ts";
import { type HeaderPair, type HeaderPairs, headerValue, headerValues } from "../core/headers.ts";
import { pathAtTarget, type Target } from "../core/target.ts";

/** What goes out to a target, with a list of what differs from the record. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly changes: WireChanges;
}

/**
 * Fields that speak of one connection and end with it.
 *
 * @see RFC 9110, section 7.6.1
 */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The record's header pairs less those that end with the connection, and those that `Connection` names. */
export function endToEnd(headers: HeaderPairs): HeaderPairs {
  const dropped = connectionFields(headers);
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()));
}

function connectionFields(headers: HeaderPairs): ReadonlySet<string> {
  const named = headerValues(headers, "connection").flatMap((value) => value.split(","));
  // Nearly always "keep-alive" or nothing.
  if (named.every((name) => hopByHop.has(name))) return hopByHop;
  return new Set([...hopByHop, ...named.map((name) => name.trim().toLowerCase())]);
}

/**
 * The stored request as the target gets it. Order, spelling and repeats stay; `Host` becomes the target's where
 * it stood; forwarding fields that came in are kept in the record only, and ours are set anew.
 */
export function wireRequest(head: RequestHead, bodySize: number, target: Target): WireRequest {
  const dropped = connectionFields(head.headers);
  const removed: string[] = [];
  const set: HeaderPair[] = [];
  const headers: HeaderPair[] = [];

  for (const [name, value] of head.headers) {
    const field = name.toLowerCase();
    if (field === "host") {
      // Where it stood, as it was spelled.
      const host: HeaderPair = [name, hostOf(target)];
      headers.push(host);
      set.push(host);
    } else if (dropped.has(field) || isForwarding(field) || field === "expect") {
      removed.push(name);
    } else {
      headers.push([name, value]);
    }
  }

  const added: HeaderPair[] = [];
  if (headerValue(head.headers, "host") === undefined) added.push(["Host", hostOf(target)]);
  if (headerValue(headers, "content-length") === undefined && (bodySize > 0 || expectsBody(head.method)))
    added.push(["Content-Length", String(bodySize)]);
  added.push(...forwardingFields(head));

  return {
    method: head.method,
    path: pathAtTarget(target, head.path),
    headers: [...headers, ...added],
    changes: { removed, set: [...set, ...added] },
  };
}

/**
 * Pairs as the flat list that Node's `http` writes out. Behind a Content-Length, it takes Content-Disposition for
 * the bytes of UTF-8 and decodes them, where every other value is one character per byte.
 *
 * @see https://github.com/nodejs/node/pull/46528
 */
export function flatForNode(headers: HeaderPairs): string[] {
  const flat: string[] = [];
  let length = 0;
  for (const [name, value] of headers) {
    const field = name.toLowerCase();
    if (field === "content-length") length = Number(value);
    const decoded = field === "content-disposition" && length > 0;
    flat.push(name, decoded ? Buffer.from(value, "utf8").toString("latin1") : value);
  }
  return flat;
}

function hostOf(target: Target): string {
  return target.origin.slice(target.protocol.length + 2);
}

const isForwarding = (field: string) => field === "forwarded" || field.startsWith("x-forwarded-");

/** Without a length, Node would send these chunked. */
const expectsBody = (method: string) =>
  !["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"].includes(method);

function forwardingFields(head: RequestHead): HeaderPair[] {
  const host = headerValue(head.headers, "host");
  const fields: HeaderPair[] = [];
  if (head.peer !== null)
    fields.push(["X-Forwarded-For", head.peer.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")]);
  if (host !== undefined) fields.push(["X-Forwarded-Host", host]);
  // Every public endpoint is HTTPS; what was sent to a loopback name came without.
  fields.push(["X-Forwarded-Proto", host === undefined || isLoopback(host) ? "http" : "https"]);
  return fields;
}

const isLoopback = (host: string) => /^(?:127\.[\d.]+|\[::1\]|(?:[^:]+\.)?localhost)(?::\d+)?$/i.test(host);
