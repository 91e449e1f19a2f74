import type { TunnelDriver, TunnelOptions } from "../core/tunnel.ts";
import type { Clock } from "./_clock.ts";
import { createOpener, type Opener } from "./_opener.ts";

/** One way to the internet: a driver, with what is its own. */
export interface Route {
  readonly driver: TunnelDriver;
  readonly host?: string | undefined;
  /** The name to ask for until the server gives another. */
  readonly subdomain?: string | undefined;
  /** The public URL of the last run, which jobs that still run may have been given. */
  readonly lastUrl?: string | undefined;
}

/** A route under way. */
export interface Way {
  readonly driver: TunnelDriver;
  readonly operator: string;
  readonly opener: Opener;
  readonly lastUrl: string | undefined;
  name: string | undefined;
  /** What would bring its last tunnel back. */
  resume: string | undefined;
  /** In a row. */
  failures: number;
  /** Why it failed the last time. */
  lastReason: string;
  /** From when on it may be tried, in ms since the epoch. */
  notBefore: number;
}

interface WaysOptions {
  readonly given: Omit<TunnelOptions, "host" | "subdomain" | "resume" | "signal">;
  readonly clock: Clock;
}

export function createWays(routes: readonly Route[], { given, clock }: WaysOptions): Way[] {
  return routes.map(({ driver, host, subdomain, lastUrl }) => ({
    driver,
    operator: driver.operator(host),
    opener: createOpener({ driver, given: { ...given, host }, clock }),
    lastUrl,
    name: subdomain,
    resume: undefined,
    failures: 0,
    lastReason: "",
    notBefore: 0,
  }));
}

/** After this many failures in a row another route is taken, where that is allowed. */
const FAILURES_BORNE = 4;

interface Choice {
  readonly ways: readonly Way[];
  /** The one that was up last; `undefined` while none has been. */
  readonly settled: Way | undefined;
  /** Whether another operator may be taken after one has been up. */
  readonly fallback: boolean;
}

/** The way to try next: of those in question the one that may be tried first, in the order of the list. */
export function chooseWay({ ways, settled, fallback }: Choice): Way {
  if (settled && !(fallback && settled.failures >= FAILURES_BORNE)) return settled;
  return ways.reduce((best, way) => (way.notBefore < best.notBefore ? way : best));
}

/** What it means to go on with another way, in plain words. */
export function hopWords(from: Way, reason: string, to: Way): string {
  const company = from.operator === to.operator ? "" : `, and ${to.operator} will see what is delivered`;
  return `${from.driver.name}: ${reason}; now trying ${to.driver.name}: another URL${company}`;
}

/** Why none of several came up; of one, just why. */
export function reasonsOf(ways: readonly Way[]): string {
  if (ways.length === 1) return ways[0]?.lastReason ?? "";
  return ways.map(({ driver, lastReason }) => `${driver.name}: ${lastReason}`).join("; ");
}
