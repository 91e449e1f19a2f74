import { AppError } from "./errors.ts";

/** Where deliveries are handed to: a local URL, split once. */
export interface Target {
  /** As it is shown and remembered: `http://localhost:3000` or `https://localhost:3443/api`. */
  readonly base: string;
  /** Its beginning, up to the path: `http://localhost:3000`. */
  readonly origin: string;
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  readonly port: number;
  /** What stands before every delivery's path; never ends in a slash unless it is meant. */
  readonly prefix: string;
  /** A query that every delivery gets, without its `?`. */
  readonly query: string;
}

/**
 * Reads `3000`, `:3000`, `host:port` or a URL, each with or without a path.
 *
 * @throws {AppError} E_TARGET
 */
export function parseTarget(text: string): Target {
  const url = readUrl(text.trim());
  if (!url) throw targetError(text);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  // 0 is a port to listen on, not one to be reached at.
  if (port === 0) throw targetError(text);
  const prefix = url.pathname === "/" ? "" : url.pathname;
  const query = url.search.slice(1);
  return {
    base: `${url.origin}${prefix}${url.search}`,
    origin: url.origin,
    protocol: url.protocol as Target["protocol"],
    hostname: url.hostname,
    port,
    prefix,
    query,
  };
}

function readUrl(text: string): URL | undefined {
  if (/^:?\d+(?:[/?].*)?$/.test(text)) return httpUrl(`http://localhost:${text.replace(/^:/, "")}`);
  if (/^https?:\/\//i.test(text)) return httpUrl(text);
  // host:port, with or without a path. A bare word is no target: it is more likely a mistyped command.
  if (/^[^/?#@\s]+:\d+(?:[/?].*)?$/.test(text)) return httpUrl(`http://${text}`);
  return undefined;
}

function httpUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (!url || url.hostname === "" || url.username !== "" || url.password !== "") return undefined;
  return url;
}

function targetError(text: string): AppError {
  return new AppError(`"${text}" is not a target`, {
    code: "E_TARGET",
    fault: "user",
    hint: "Name a port from 1 to 65535 (3000), host:port, or a URL (http://localhost:3000/api/webhooks).",
  });
}

/**
 * The request target on the wire: the delivery's own path and query behind the target's, byte for byte. The
 * root path alone adds nothing to a target that has a path.
 */
export function pathAtTarget(target: Target, deliveryPath: string): string {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(deliveryPath)?.[0] ?? "";
  const path = deliveryPath.slice(origin.length) || "/";
  // OPTIONS * speaks of the server as a whole.
  if (path === "*") return path;
  const cut = path.indexOf("?");
  const own = cut === -1 ? path : path.slice(0, cut);
  const query = [target.query, cut === -1 ? "" : path.slice(cut + 1)].filter((part) => part !== "").join("&");
  const emptyQuery = cut !== -1 && query === "" ? "?" : "";
  return `${joinPaths(target.prefix, own)}${query === "" ? emptyQuery : `?${query}`}`;
}

function joinPaths(prefix: string, path: string): string {
  if (prefix === "") return path;
  if (path === "/") return prefix;
  return `${prefix.endsWith("/") ? prefix.slice(0, -1) : prefix}${path}`;
}

/** The full URL that an attempt shows. */
export function urlAtTarget(target: Target, deliveryPath: string): string {
  return `${target.origin}${pathAtTarget(target, deliveryPath)}`;
}
