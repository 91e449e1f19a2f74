import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

export const LOOPBACK = "127.0.0.1";

/** Looks a name up, taking `localhost` and every `*.localhost` for 127.0.0.1, as not every system does (RFC 6761). */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (!isLoopbackName(hostname)) return systemLookup(hostname, options, callback);
  const found = options.all ? [{ address: LOOPBACK, family: 4 }] : LOOPBACK;
  process.nextTick(callback, null, found, 4);
};

export function isLoopbackName(hostname: string): boolean {
  return /(^|\.)localhost\.?$/i.test(hostname);
}
