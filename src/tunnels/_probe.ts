import { randomBytes } from "node:crypto";
import { proofOf } from "../core/probe.ts";
import { type ProbeSecret, TunnelFailure } from "../core/tunnel.ts";
import { type Answer, get } from "./_get.ts";

/**
 * What came of a probe. `gateway`: the tunnel's server answered that it has no way to us. `foreign`: somebody
 * else answered, so deliveries would go to a stranger, or to a page that stands in front of the tunnel.
 */
export type Proof =
  | { readonly found: "ours" }
  | { readonly found: "unreachable" | "timed-out" | "gateway" | "foreign"; readonly reason: string };

interface ProbeOptions {
  /** The public URL. */
  readonly endpoint: string;
  readonly secret: ProbeSecret;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const PROBE_TIMEOUT_MS = 5_000;

/**
 * Goes out to the internet and comes back through the tunnel, as a delivery would: that a tunnel says it is open
 * proves nothing.
 *
 * @throws the signal's reason, once it has aborted
 */
export async function probeEndpoint(options: ProbeOptions): Promise<Proof> {
  const { endpoint, secret, timeoutMs = PROBE_TIMEOUT_MS, signal } = options;
  const nonce = randomBytes(16).toString("hex");
  const url = new URL(`${endpoint.replace(/\/+$/, "")}${secret.path}?nonce=${nonce}`);
  try {
    const answer = await get(url, { headers, timeoutMs, signal });
    if (answer.status === 200 && answer.text === proofOf(nonce, secret)) return { found: "ours" };
    return judge(url.host, answer);
  } catch (error) {
    if (!(error instanceof TunnelFailure)) throw error;
    const found = error.kind === "timed-out" ? "timed-out" : "unreachable";
    return { found, reason: error.message };
  }
}

/** Public servers show browsers a page of their own first, and everybody else who does not ask them not to. */
const headers = { "user-agent": "hookspool-probe", "bypass-tunnel-reminder": "1" };

function judge(host: string, { status, headers, text }: Answer): Proof {
  if (gatewayStatuses.has(status))
    return { found: "gateway", reason: `${host} answers ${status}: its server has no way to this machine` };
  const page = /html/i.test(headers["content-type"] ?? "") || /^\s*</.test(text) ? " with a web page" : "";
  return {
    found: "foreign",
    reason: `ALARM: ${host} is answered by somebody else (${status}${page}); deliveries sent there do not come here`,
  };
}

/** Of proxies in general, and of Cloudflare (520 to 530). */
const gatewayStatuses = new Set([404, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530]);
