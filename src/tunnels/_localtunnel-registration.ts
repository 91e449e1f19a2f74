import type { TunnelBody } from "localtunnel/lib/Tunnel.js";
import { TunnelFailure } from "../core/tunnel.ts";
import { type Answer, get } from "./_get.ts";
import { isLoopbackName, LOOPBACK } from "./_loopback.ts";

interface RegistrationOptions {
  /** The localtunnel server, as a URL. */
  readonly host: string;
  /** The name to ask for; the server chooses one where it is absent or taken. */
  readonly name: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Asks the server for a tunnel, once. The client library would ask every second for ever, whatever the answer.
 *
 * @throws {TunnelFailure}
 */
export async function register({ host, name, timeoutMs }: RegistrationOptions): Promise<TunnelBody> {
  const url = URL.parse(
    `${host.replace(/\/+$/, "")}/${name === undefined ? "?new" : encodeURIComponent(name)}`,
  );
  if (!url || !/^https?:$/.test(url.protocol))
    throw new TunnelFailure("broken", `"${host}" is not the URL of a localtunnel server`);
  const headers = { accept: "application/json", "user-agent": "hookspool" };
  const answer = await get(url, { headers, timeoutMs });
  if (answer.status !== 200) throw refusal(url.host, name, answer);
  const body = readBody(answer.text);
  if (!body)
    throw new TunnelFailure(
      "refused",
      `${url.host} answered with ${kindOf(answer)}: is it a localtunnel server?`,
    );
  return isLoopbackName(url.hostname) ? { ...body, ip: body.ip ?? LOOPBACK } : body;
}

function refusal(host: string, name: string | undefined, { status, headers, text }: Answer): TunnelFailure {
  const { message } = readObject(text);
  const because = typeof message === "string" ? `${status}: ${message}` : `${status}`;
  const retryAfterMs = readRetryAfter(headers["retry-after"], Date.now());
  const options = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new TunnelFailure(
    "refused",
    `${host} ${wordsFor(status, name, headers.location)} (${because})`,
    options,
  );
}

function wordsFor(status: number, name: string | undefined, location: string | undefined): string {
  if (status === 429) return "has been asked too often";
  if (status >= 500) return "is in trouble";
  if (status >= 300 && status < 400)
    return `sends us on to ${location ?? "nowhere"}: name that server instead`;
  return name === undefined ? "gives no tunnel" : `does not give the name "${name}"`;
}

/** Milliseconds from now; the field holds seconds or a date (RFC 9110, 10.2.3). */
function readRetryAfter(field: string | undefined, now: number): number | undefined {
  if (field === undefined) return undefined;
  const ms = /^\d+$/.test(field) ? Number(field) * 1000 : Date.parse(field) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function readBody(text: string): TunnelBody | undefined {
  const { id, url, port, ip, max_conn_count } = readObject(text);
  if (typeof id !== "string" || typeof port !== "number") return undefined;
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  return {
    id,
    url: url.replace(/\/+$/, ""),
    port,
    ip: typeof ip === "string" ? ip : undefined,
    max_conn_count: typeof max_conn_count === "number" ? max_conn_count : undefined,
  };
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function kindOf({ headers, text }: Answer): string {
  const page = /html/i.test(headers["content-type"] ?? "") || /^\s*<(!doctype|html)/i.test(text);
  return page ? "a web page" : "something that describes no tunnel";
}
