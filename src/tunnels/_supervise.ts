import {
  type OpenTunnel,
  type ProbeSecret,
  type TunnelDriver,
  TunnelFailure,
  type TunnelStatus,
} from "../core/tunnel.ts";
import { type Clock, systemClock, waitUntil } from "./_clock.ts";
import { createOpener } from "./_opener.ts";
import { retryDelay } from "./_retry.ts";
import { prove, watch } from "./_watch.ts";

interface SuperviseOptions {
  readonly driver: TunnelDriver;
  /** The capture endpoint's port on 127.0.0.1. */
  readonly port: number;
  readonly probe: ProbeSecret;
  readonly host?: string | undefined;
  /** The name to ask for until the server gives another. */
  readonly subdomain?: string | undefined;
  /** The public URL of the last run, which jobs that still run may have been given. */
  readonly lastUrl?: string | undefined;
  /** Hears of every change, once. */
  readonly onStatus: (status: TunnelStatus) => void;
  readonly probeIntervalMs?: number | undefined;
  readonly probeTimeoutMs?: number | undefined;
  readonly clock?: Clock;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export interface Supervision {
  status(): TunnelStatus;
  /** Resolves once the tunnel is up, or has turned out not to come up at once. */
  readonly ready: Promise<TunnelStatus>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Keeps a tunnel open: opens it, proves it, watches it, and when it is lost opens it again under the same name. */
export function superviseTunnel(options: SuperviseOptions): Supervision {
  const { driver, subdomain = null, onStatus } = options;
  const closing = new AbortController();
  let settle: (status: TunnelStatus) => void = () => {};
  const ready = new Promise<TunnelStatus>((resolve) => {
    settle = resolve;
  });
  let status: TunnelStatus = {
    state: "opening",
    driver: driver.name,
    endpoint: null,
    previous: null,
    reason: "the tunnel is being opened",
    retryAt: null,
    subdomain,
  };
  const say: Say = (change) => {
    status = { ...status, endpoint: null, previous: null, retryAt: null, ...change };
    onStatus(status);
    settle(status);
  };
  const ended = keepOpen(options, say, closing.signal).then(() =>
    say({ state: "closed", reason: "the tunnel is closed" }),
  );
  return {
    status: () => status,
    ready,
    close() {
      closing.abort();
      return ended;
    },
  };
}

type Say = (change: Pick<TunnelStatus, "state" | "reason"> & Partial<TunnelStatus>) => void;

/** A tunnel that was up this long has earned a quick return. */
const STEADY_MS = 30_000;

async function keepOpen(options: SuperviseOptions, say: Say, signal: AbortSignal): Promise<void> {
  const { driver, port, host, clock = systemClock, random = Math.random } = options;
  const opener = createOpener({ driver, port, host, clock });
  const watching = { ...options, clock, signal };
  let name = options.subdomain;
  let provenUrl = options.lastUrl;
  let failures = 0;

  while (!signal.aborted) {
    const { reason, retryAfterMs, upForMs } = await oneTunnel();
    if (signal.aborted) return;
    failures = upForMs !== undefined && upForMs >= STEADY_MS ? 1 : failures + 1;
    const state = upForMs === undefined ? "offline" : "down";
    const retryAt = clock.now() + Math.max(retryDelay(failures, random()), retryAfterMs);
    const opensAt = opener.opensAt();
    if (opensAt <= retryAt) say({ state, reason, retryAt });
    else say({ state, reason: `${reason}; ${opener.spent()}`, retryAt: opensAt });
    await waitUntil(Math.max(retryAt, opensAt), { clock, signal });
  }

  /** From its opening to its end. */
  async function oneTunnel(): Promise<TunnelEnd> {
    let tunnel: OpenTunnel | undefined;
    let upSince: number | undefined;
    try {
      tunnel = await opener.open(name, signal);
      const { url, subdomain } = tunnel;
      await prove(url, watching);
      const move = whyMoved({ asked: name, given: subdomain, before: provenUrl, url });
      const previous = provenUrl === undefined || provenUrl === url ? null : provenUrl;
      name = subdomain ?? name;
      provenUrl = url;
      upSince = clock.now();
      const reason = move ?? "a probe came back through the tunnel";
      say({ state: move === undefined ? "up" : "moved", reason, endpoint: url, previous, subdomain });
      return await watch(tunnel, watching);
    } catch (error) {
      return {
        reason: error instanceof Error ? error.message : String(error),
        retryAfterMs: (error instanceof TunnelFailure && error.retryAfterMs) || 0,
        upForMs: upSince === undefined ? undefined : clock.now() - upSince,
      };
    } finally {
      await tunnel?.close();
    }
  }
}

interface TunnelEnd {
  readonly reason: string;
  /** How long the server asked to be left alone. */
  readonly retryAfterMs: number;
  /** Absent where it never was up. */
  readonly upForMs: number | undefined;
}

interface Move {
  readonly asked: string | undefined;
  readonly given: string | null;
  /** The URL that was proven last. */
  readonly before: string | undefined;
  readonly url: string;
}

function whyMoved({ asked, given, before, url }: Move): string | undefined {
  if (asked !== undefined && given !== null && given !== asked)
    return `the name "${asked}" is taken; the server gave "${given}"`;
  return before === undefined || before === url ? undefined : `the server gave another URL than ${before}`;
}
