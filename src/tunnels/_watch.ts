import { type OpenTunnel, type ProbeSecret, TunnelFailure } from "../core/tunnel.ts";
import { type Clock, restLightly } from "./_clock.ts";
import { PROBE_TIMEOUT_MS, probeEndpoint } from "./_probe.ts";

interface WatchOptions {
  readonly probe: ProbeSecret;
  readonly probeIntervalMs?: number | undefined;
  readonly probeTimeoutMs?: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export const PROBE_INTERVAL_MS = 30_000;
/** Between a probe that failed and the one that confirms it. */
const CONFIRM_AFTER_MS = 500;

/** How long a loss that nobody announces can go unnoticed at most. */
export const SILENT_LOSS_MS = PROBE_INTERVAL_MS + PROBE_TIMEOUT_MS + CONFIRM_AFTER_MS + PROBE_TIMEOUT_MS;

/**
 * Resolves when a probe has come back through the endpoint, the first or a second one.
 *
 * @throws {TunnelFailure} with what the second probe found
 */
export async function prove(endpoint: string, options: WatchOptions): Promise<void> {
  const { probe: secret, probeTimeoutMs: timeoutMs, clock, signal } = options;
  const first = await probeEndpoint({ endpoint, secret, timeoutMs, signal });
  if (first.found === "ours") return;
  await clock.sleep(CONFIRM_AFTER_MS, signal);
  const second = await probeEndpoint({ endpoint, secret, timeoutMs, signal });
  if (second.found !== "ours") throw new TunnelFailure("broken", second.reason);
}

/**
 * Proves a tunnel again and again, and at once when the machine has woken from a sleep.
 *
 * @throws {TunnelFailure} once it is lost, announced or not
 */
export async function watch(tunnel: OpenTunnel, options: WatchOptions): Promise<never> {
  const gone = new AbortController();
  void tunnel.lost.then((reason) => gone.abort(new TunnelFailure("broken", reason)));
  const signal = AbortSignal.any([options.signal, gone.signal]);
  for (;;) {
    await restLightly(options.probeIntervalMs ?? PROBE_INTERVAL_MS, { clock: options.clock, signal });
    signal.throwIfAborted();
    await prove(tunnel.url, { ...options, signal });
  }
}
