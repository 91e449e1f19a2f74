import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { tokenHeader, tokenProtocol } from "./protocol.ts";

interface Door {
  /** The port that the inspector listens on. */
  readonly port: number;
  readonly token: string;
}

export interface Knock {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Turned {
  readonly status: 401 | 403;
  readonly message: string;
}

/**
 * Whether a request may ask for anything at all: it must have come to a loopback name, or a web page that has
 * its own name point at 127.0.0.1 could read along (DNS rebinding).
 */
export function turnAway({ headers }: Knock, { port }: Door): Turned | undefined {
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !names.includes(headers.host.toLowerCase()))
    return { status: 403, message: "the inspector answers to 127.0.0.1 and localhost only" };
  return undefined;
}

/** Whether a request may read and, from the inspector's own page, change what is stored. */
export function turnAwayFromApi(knock: Knock, door: Door): Turned | undefined {
  const { method, headers } = knock;
  const turned = turnAway(knock, door);
  if (turned) return turned;
  if (isForeign(headers) || (method !== "GET" && headers.origin === undefined)) return foreign;
  return isToken(headers[tokenHeader.toLowerCase()], door.token) ? undefined : noToken;
}

/** A browser lets any page open a WebSocket to anywhere: its Origin says who it was. */
export function turnAwayFromLive(knock: Knock, door: Door): Turned | undefined {
  const { headers } = knock;
  const turned = turnAway(knock, door);
  if (turned) return turned;
  if (headers.origin === undefined || isForeign(headers)) return foreign;
  const offered = headers["sec-websocket-protocol"]?.split(",").map((protocol) => protocol.trim()) ?? [];
  return offered.some((protocol) => isToken(protocol, tokenProtocol(door.token))) ? undefined : noToken;
}

const foreign: Turned = { status: 403, message: "only the inspector's own page may ask for this" };

const noToken: Turned = {
  status: 401,
  message: "the token is missing or wrong: open the link that hookspool shows",
};

function isForeign({ origin, host, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`) return true;
  return site !== undefined && site !== "same-origin" && site !== "none";
}

function isToken(given: string | string[] | undefined, token: string): boolean {
  if (typeof given !== "string") return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
