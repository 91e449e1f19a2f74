import { type OpenTunnel, type ProbeSecret, TunnelFailure } from "../core/tunnel.ts";
import { type Clock, restLightly } from "./_clock.ts";
import { type Proof, probeEndpoint } from "./_probe.ts";

interface WatchOptions {
  readonly probe: ProbeSecret;
  /** How soon a loss that nobody announces is noticed. */
  readonly probeIntervalMs?: number | undefined;
  readonly probeTimeoutMs?: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const PROBE_INTERVAL_MS = 30_000;
/** Between a probe that failed and the one that confirms it. */
const CONFIRM_AFTER_MS = 500;
/** Between the probes of a tunnel that has yet to lead here, or to mend itself. */
const IMPATIENT_MS = 1_000;

/** How long to rest between probes, and to wait for one, so that two lost in a row fit into the interval (all in ms). */
export function probePace(intervalMs = PROBE_INTERVAL_MS): { restMs: number; timeoutMs: number } {
  const timeoutMs = Math.min(5_000, Math.max(1_000, intervalMs / 3));
  return { restMs: Math.max(intervalMs / 4, intervalMs - 2 * timeoutMs - CONFIRM_AFTER_MS), timeoutMs };
}

/** How long a tunnel that mends itself is waited for, before its URL is given up for a new one. */
const MENDING_MS = 5 * 60_000;
/** How long one that leads elsewhere while it stands is waited for: a page in front of it may be gone again. */
const ELSEWHERE_MS = 30_000;

/**
 * Resolves when a probe has come back through the endpoint: the first, a second one, or a later one where its URL
 * needs a while.
 *
 * @throws {TunnelFailure} with what the last probe found
 */
export async function prove({ url, settlesMs = 0 }: OpenTunnel, options: WatchOptions): Promise<void> {
  const { clock, signal } = options;
  const patientUntil = clock.now() + settlesMs;
  let proof = await probeTwice(url, options);
  // Nobody else's answer becomes ours by waiting.
  while (proof.found !== "ours" && proof.found !== "foreign" && clock.now() < patientUntil) {
    await clock.sleep(IMPATIENT_MS, signal);
    proof = await probeOnce(url, options);
  }
  if (proof.found !== "ours") throw new TunnelFailure("broken", proof.reason);
}

interface Observer {
  /** A tunnel that may come back by itself leads here no more, with the reason. */
  onBroken(reason: string): void;
  onMended(): void;
}

/**
 * Proves a tunnel again and again, and at once when the machine has woken from a sleep.
 *
 * @throws {TunnelFailure} once it is lost, announced or not
 */
export async function watch(tunnel: OpenTunnel, options: WatchOptions, observer: Observer): Promise<never> {
  const gone = new AbortController();
  void tunnel.lost.then((reason) => gone.abort(new TunnelFailure("broken", reason)));
  const signal = AbortSignal.any([options.signal, gone.signal]);
  const watching = { ...options, signal };
  let broken: string | null = null;
  let news = new AbortController();
  tunnel.onConnection?.((reason) => {
    broken = reason;
    news.abort();
  });

  for (;;) {
    const { restMs } = probePace(options.probeIntervalMs);
    await restLightly(restMs, { clock: options.clock, signal: AbortSignal.any([signal, news.signal]) });
    signal.throwIfAborted();
    news = new AbortController();
    const proof: Proof =
      broken === null ? await probeTwice(tunnel.url, watching) : { found: "unreachable", reason: broken };
    if (proof.found === "ours") continue;
    if (!tunnel.onConnection && proof.found !== "foreign") throw new TunnelFailure("broken", proof.reason);
    observer.onBroken(proof.reason);
    await mended(proof.reason, tunnel.onConnection ? MENDING_MS : ELSEWHERE_MS);
    observer.onMended();
  }

  async function mended(reason: string, patienceMs: number): Promise<void> {
    const { clock } = options;
    for (const until = clock.now() + patienceMs; clock.now() < until; ) {
      await clock.sleep(IMPATIENT_MS, AbortSignal.any([signal, news.signal]));
      signal.throwIfAborted();
      news = new AbortController();
      if (broken !== null) continue;
      const proof = await probeOnce(tunnel.url, watching);
      if (proof.found === "ours") return;
    }
    throw new TunnelFailure("broken", reason);
  }
}

function probeOnce(endpoint: string, options: WatchOptions): Promise<Proof> {
  const { probe: secret, probeIntervalMs, signal } = options;
  const timeoutMs = options.probeTimeoutMs ?? probePace(probeIntervalMs).timeoutMs;
  return probeEndpoint({ endpoint, secret, timeoutMs, signal });
}

/** One probe that failed is confirmed by another. */
async function probeTwice(endpoint: string, options: WatchOptions): Promise<Proof> {
  const first = await probeOnce(endpoint, options);
  if (first.found === "ours") return first;
  await options.clock.sleep(CONFIRM_AFTER_MS, options.signal);
  return probeOnce(endpoint, options);
}
