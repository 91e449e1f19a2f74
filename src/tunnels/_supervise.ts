import {
  type OpenTunnel,
  type ProbeSecret,
  TunnelFailure,
  type TunnelOptions,
  type TunnelStatus,
} from "../core/tunnel.ts";
import { type Clock, systemClock, waitUntil } from "./_clock.ts";
import { retryDelay } from "./_retry.ts";
import { chooseWay, createWays, hopWords, type Route, reasonsOf, type Way } from "./_routes.ts";
import { createSpeaker, type Speaker } from "./_speaker.ts";
import { prove, watch } from "./_watch.ts";

interface SuperviseOptions extends Omit<TunnelOptions, "host" | "subdomain" | "resume" | "signal"> {
  /** In the order in which they are tried; not empty. */
  readonly routes: readonly [Route, ...Route[]];
  /** Whether another operator may be taken after one has been up. */
  readonly fallback?: boolean | undefined;
  readonly probe: ProbeSecret;
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
  /** Resolves once a tunnel is up, or none has turned out to come up at once. */
  readonly ready: Promise<TunnelStatus>;
  /** Says what is wrong with the target, or `null`: an endpoint that is up is degraded by it. */
  target(problem: string | null): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Who waits for the endpoint is told after this how things stand. */
const READY_MS = 10_000;

/** Keeps a tunnel open: opens it, proves it, watches it, and when it is lost opens it again under the same name. */
export function superviseTunnel(options: SuperviseOptions): Supervision {
  const closing = new AbortController();
  const speaker = createSpeaker(options.routes[0], options.onStatus);
  const patience = setTimeout(speaker.settle, READY_MS);
  const ended = keepOpen(options, speaker, closing.signal).then(() => {
    clearTimeout(patience);
    speaker.say({ state: "closed", reason: "the tunnel is closed" });
    speaker.settle();
  });
  return {
    status: speaker.status,
    ready: speaker.ready,
    target: speaker.target,
    close() {
      closing.abort();
      return ended;
    },
  };
}

/** A tunnel that was up this long has earned a quick return. */
const STEADY_MS = 30_000;
/** For this long after a loss it is looked often whether the server is there again, or what it holds is free. */
const SOON_BACK_MS = 120_000;
const SOON_BACK_DELAY_MS = 1_200;

async function keepOpen(options: SuperviseOptions, speaker: Speaker, signal: AbortSignal): Promise<void> {
  const { routes, fallback = false, clock = systemClock, random = Math.random } = options;
  const ways = createWays(routes, { given: options, clock });
  const watching = { ...options, clock, signal };
  let settled: Way | undefined;
  let provenUrl: string | undefined;
  let lastUpAt = Number.NEGATIVE_INFINITY;

  for (let way = chooseWay({ ways, settled, fallback }); !signal.aborted; ) {
    const { reason, kind, retryAfterMs, upForMs } = await oneTunnel(way);
    if (signal.aborted) return;
    const now = clock.now();
    way.failures = upForMs !== undefined && upForMs >= STEADY_MS ? 1 : way.failures + 1;
    const isFree = kind === "unreachable" || kind === "held" || way.driver.opensPerHour === undefined;
    const isSoonBack = isFree && now - lastUpAt < SOON_BACK_MS;
    const delay = retryDelay(way.failures, random(), isSoonBack ? SOON_BACK_DELAY_MS : undefined);
    const retryAt = now + Math.max(delay, retryAfterMs);
    const opensAt = way.opener.opensAt();
    way.notBefore = Math.max(retryAt, opensAt);

    const next = chooseWay({ ways, settled, fallback });
    const why = opensAt <= retryAt ? reason : `${reason}; ${way.opener.spent()}`;
    way.lastReason = why;
    // Who goes round in a list that has failed as a whole has said so.
    const isHop = next !== way && (settled !== undefined || next.failures === 0);
    if (upForMs !== undefined || !isHop)
      speaker.say({
        state: upForMs === undefined ? "offline" : "down",
        driver: (settled ? way : (ways[0] ?? way)).driver.name,
        reason: settled ? why : reasonsOf(ways),
        retryAt: next.notBefore,
      });
    if (isHop)
      speaker.say({
        state: "opening",
        driver: next.driver.name,
        reason: hopWords(way, why, next),
        subdomain: next.name ?? null,
      });
    if (ways.every(({ failures }) => failures > 0)) speaker.settle();
    await waitUntil(next.notBefore, { clock, signal });
    way = next;
  }

  /** From its opening to its end. */
  async function oneTunnel(way: Way): Promise<TunnelEnd> {
    let tunnel: OpenTunnel | undefined;
    let upSince: number | undefined;
    try {
      const { name, resume } = way;
      way.resume = undefined;
      tunnel = await way.opener.open({ name, resume }, signal);
      const { url, subdomain } = tunnel;
      await prove(tunnel, watching);
      const before = provenUrl ?? way.lastUrl;
      const move = whyMoved({ asked: name, given: subdomain, before, url });
      const up = { driver: way.driver.name, endpoint: url, subdomain: subdomain ?? name ?? null };
      way.name = subdomain ?? name;
      provenUrl = url;
      settled = way;
      upSince = clock.now();
      speaker.say({
        ...up,
        state: move === undefined ? "up" : "moved",
        reason: move ?? "a probe came back through the tunnel",
        previous: before === undefined || before === url ? null : before,
      });
      return await watch(tunnel, watching, {
        onBroken: (reason) => speaker.say({ state: "down", reason }),
        onMended: () =>
          speaker.say({ ...up, state: "up", reason: "a probe comes back through the tunnel again" }),
      });
    } catch (error) {
      const failure = error instanceof TunnelFailure ? error : undefined;
      const isLost = upSince !== undefined && tunnel !== undefined && (await hasSettled(tunnel.lost));
      if (isLost) way.resume = tunnel?.resume?.();
      if (upSince !== undefined) lastUpAt = clock.now();
      return {
        reason: error instanceof Error ? error.message : String(error),
        kind: failure?.kind,
        retryAfterMs: failure?.retryAfterMs ?? 0,
        upForMs: upSince === undefined ? undefined : clock.now() - upSince,
      };
    } finally {
      await tunnel?.close();
    }
  }
}

interface TunnelEnd {
  readonly reason: string;
  readonly kind: TunnelFailure["kind"] | undefined;
  /** How long the server asked to be left alone. */
  readonly retryAfterMs: number;
  /** Absent where it never was up. */
  readonly upForMs: number | undefined;
}

/** Whether a tunnel ended by itself; what was only silent may still stand in its own way. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
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
