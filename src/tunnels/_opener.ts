import { type OpenTunnel, type TunnelDriver, TunnelFailure, type TunnelOptions } from "../core/tunnel.ts";
import { type Clock, waitUntil } from "./_clock.ts";
import { budgetOpensAt } from "./_retry.ts";

interface OpenerOptions {
  readonly driver: TunnelDriver;
  /** What is the same each time. */
  readonly given: Omit<TunnelOptions, "subdomain" | "resume" | "signal">;
  readonly clock: Clock;
}

export interface Opener {
  /** From when on the driver's server may be asked again, in ms since the epoch. */
  opensAt(): number;
  /** Why not before, in plain words. */
  spent(): string;
  /**
   * Brings a tunnel back, or opens one under this name, or under another where the server insists on it.
   *
   * @throws {TunnelFailure} or the signal's reason
   */
  open(wanted: Wanted, signal: AbortSignal): Promise<OpenTunnel>;
}

interface Wanted {
  readonly name: string | undefined;
  readonly resume?: string | undefined;
}

const OPEN_TIMEOUT_MS = 8_000;
/** A server holds on to the name of a tunnel that has just ended: localtunnel's for a second. */
const NAME_FREED_MS = 2_000;

/** Asks a driver for tunnels, within a deadline and no oftener than its server is to be asked. */
export function createOpener({ driver, given, clock }: OpenerOptions): Opener {
  const perHour = driver.opensPerHour ?? Number.POSITIVE_INFINITY;
  let asked: readonly number[] = [];
  const opensAt = () => budgetOpensAt(asked, perHour);

  async function ask({ name: subdomain, resume }: Wanted, signal: AbortSignal): Promise<OpenTunnel> {
    const deadline = AbortSignal.timeout(OPEN_TIMEOUT_MS);
    const before = asked;
    asked = [...before, clock.now()].slice(-perHour);
    try {
      return await driver.open({ ...given, subdomain, resume, signal: AbortSignal.any([signal, deadline]) });
    } catch (error) {
      // A server that was not reached has not been asked, and what is held is given to nobody.
      if (error instanceof TunnelFailure && /^(unreachable|held)$/.test(error.kind)) asked = before;
      if (!deadline.aborted || signal.aborted || error instanceof TunnelFailure) throw error;
      throw new TunnelFailure("timed-out", `no tunnel was opened within ${OPEN_TIMEOUT_MS / 1000} s`, {
        cause: error,
      });
    }
  }

  return {
    opensAt,
    spent: () => `${perHour} tunnels were asked for within the hour, the next one at ${timeOfDay(opensAt())}`,
    async open(wanted, signal) {
      const { name } = wanted;
      const tunnel = await ask(wanted, signal);
      const given = tunnel.subdomain === null || name === undefined || tunnel.subdomain === name;
      if (given || opensAt() > clock.now()) return tunnel;
      // Most likely it is our own earlier tunnel that still has the name.
      await tunnel.close();
      await waitUntil(clock.now() + NAME_FREED_MS, { clock, signal });
      signal.throwIfAborted();
      return ask({ name }, signal);
    },
  };
}

function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 5);
}
