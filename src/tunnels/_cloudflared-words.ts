import { TunnelFailure } from "../core/tunnel.ts";

/**
 * Why cloudflared gave no tunnel, read from what it logged.
 *
 * @see https://github.com/cloudflare/cloudflared/issues/972
 */
export function cloudflaredFailure(lines: readonly string[], ended: string): TunnelFailure {
  const text = lines.join("\n");
  for (const [pattern, kind, words, retryAfterMs] of reasons)
    if (pattern.test(text)) return new TunnelFailure(kind, words, retryAfterMs ? { retryAfterMs } : {});
  const error = lines.findLast((line) => / ERR |^failed|error/i.test(line)) ?? lines.at(-1);
  const because = error === undefined ? "" : `: ${withoutTime(error)}`;
  return new TunnelFailure("broken", `cloudflared ${ended}${because}`);
}

const MINUTE_MS = 60_000;

const reasons = [
  [
    /429 Too Many Requests|error code: 1015\b/,
    "refused",
    "Cloudflare has given too many quick tunnels to this address (429, error 1015): wait some minutes, or run a named tunnel",
    5 * MINUTE_MS,
  ],
  [
    /error code: 1101\b|500 Internal Server Error/,
    "refused",
    "Cloudflare's service for quick tunnels is in trouble (500, error 1101)",
    MINUTE_MS / 2,
  ],
  [
    /no such host|server misbehaving|Temporary failure in name resolution/,
    "unreachable",
    "Cloudflare's name could not be looked up: is this machine online?",
    0,
  ],
  [
    /network is unreachable|no route to host/,
    "unreachable",
    "there is no way to Cloudflare: is this machine online?",
    0,
  ],
  [
    /connection refused|i\/o timeout|deadline exceeded|TLS handshake timeout/i,
    "unreachable",
    "Cloudflare could not be connected to; cloudflared needs port 7844 (TCP or UDP) outwards",
    0,
  ],
  [
    /Provided Tunnel token is not valid|Unauthorized|Invalid tunnel secret/i,
    "refused",
    "Cloudflare does not accept the named tunnel's token or credentials",
    0,
  ],
  [
    /couldn't find tunnel|tunnel (?:credentials|not found)|origin cert/i,
    "refused",
    "the named tunnel is not set up on this machine: run cloudflared tunnel login, then cloudflared tunnel create",
    0,
  ],
] as const satisfies readonly (readonly [RegExp, TunnelFailure["kind"], string, number])[];

/** `2026-11-21T10:00:00Z ERR …` without its first word: when is known. */
const withoutTime = (line: string) => line.replace(/^\d{4}-\S+Z (?:INF|WRN|ERR) /, "");
