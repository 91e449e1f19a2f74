import { get as httpGet, type IncomingHttpHeaders } from "node:http";
import { get as httpsGet } from "node:https";
import { systemCode } from "../core/errors.ts";
import { TunnelFailure } from "../core/tunnel.ts";
import { lookup } from "./_loopback.ts";

interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** For everything: look-up, connection, answer and its last byte. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, cut off somewhere after {@link MAX_CHARACTERS}. */
  readonly text: string;
}

const MAX_CHARACTERS = 64 * 1024;

/**
 * One GET on a connection of its own. Any status is an answer; redirects are not followed.
 *
 * @throws {TunnelFailure} `unreachable` or `timed-out`, with the reason in plain words
 * @throws the signal's reason, once it has aborted
 */
export function get(url: URL, { headers, timeoutMs, signal }: GetOptions): Promise<Answer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const open = url.protocol === "https:" ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const request = open(url, {
      headers: { ...headers, connection: "close" },
      lookup,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    let connected = false;
    request.once("socket", (socket) => socket.once("connect", () => (connected = true)));
    const fail = (error: Error) => {
      if (signal?.aborted) return reject(signal.reason);
      reject(deadline.aborted ? tooLate(url.host, timeoutMs, connected) : unreachable(url.host, error));
    };
    request.on("error", fail);
    request.on("response", (response) => {
      const answer = (text: string) =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      let text = "";
      response.setEncoding("utf8");
      response.on("error", fail);
      response.on("data", (piece: string) => {
        text += piece;
        if (text.length <= MAX_CHARACTERS) return;
        answer(text);
        request.destroy();
      });
      response.on("end", () => answer(text));
    });
  });
}

/** A server that was never connected to has not been asked for anything. */
function tooLate(host: string, timeoutMs: number, connected: boolean): TunnelFailure {
  const limit = `within ${timeoutMs / 1000} s`;
  return connected
    ? new TunnelFailure("timed-out", `${host} did not answer ${limit}`)
    : new TunnelFailure("unreachable", `${host} could not be connected to ${limit}`);
}

function unreachable(host: string, error: Error): TunnelFailure {
  const code = systemCode(error) ?? "";
  const words = /CERT|SELF_SIGNED|ALTNAME/.test(code)
    ? "HOST has a certificate that is not trusted"
    : (reasons[code] ?? `HOST cannot be reached: ${error.message}`);
  const message = words.replace("HOST", host) + (code === "" ? "" : ` (${code})`);
  return new TunnelFailure("unreachable", message, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name HOST is not known",
  EAI_AGAIN: "the name HOST could not be looked up: is this machine online?",
  ECONNREFUSED: "HOST refuses connections",
  ECONNRESET: "HOST broke the connection off",
  EPIPE: "HOST broke the connection off",
  ETIMEDOUT: "HOST could not be connected to",
  EHOSTUNREACH: "there is no way to HOST",
  ENETUNREACH: "there is no way to HOST: is this machine online?",
};
