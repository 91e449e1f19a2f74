import type { TunnelStatus } from "../core/tunnel.ts";
import type { Route } from "./_routes.ts";

export interface Speaker {
  /** What was said last. */
  status(): TunnelStatus;
  /** Resolves once an endpoint is up, or {@link settle} was called. */
  readonly ready: Promise<TunnelStatus>;
  say(change: Change): void;
  /** What is wrong with the target, or `null`. */
  target(problem: string | null): void;
  /** Nothing better is to be expected soon. */
  settle(): void;
}

type Change = Pick<TunnelStatus, "state" | "reason"> & Partial<TunnelStatus>;

/** Tells the tunnel's state, laid over with the target's: an endpoint that is up is degraded by it. */
export function createSpeaker(first: Route, onStatus: (status: TunnelStatus) => void): Speaker {
  let onSettled: (status: TunnelStatus) => void = () => {};
  const ready = new Promise<TunnelStatus>((resolve) => {
    onSettled = resolve;
  });
  let problem: string | null = null;
  let tunnel: TunnelStatus = {
    state: "opening",
    driver: first.driver.name,
    endpoint: null,
    previous: null,
    reason: "the tunnel is being opened",
    retryAt: null,
    subdomain: first.subdomain ?? null,
  };
  let said = tunnel;
  const tell = (status: TunnelStatus) => {
    said = status;
    onStatus(status);
  };
  const degraded = (reason: string): TunnelStatus => ({
    ...tunnel,
    state: "degraded",
    previous: null,
    reason,
  });

  return {
    status: () => said,
    ready,
    settle: () => onSettled(said),
    say(change) {
      tunnel = { ...tunnel, endpoint: null, previous: null, retryAt: null, ...change };
      tell(tunnel);
      if (tunnel.endpoint === null) return;
      onSettled(tunnel);
      if (problem !== null) tell(degraded(problem));
    },
    target(now) {
      if (now === problem) return;
      problem = now;
      if (tunnel.endpoint === null) return;
      if (problem !== null) tell(degraded(problem));
      else tell({ ...tunnel, state: "up", previous: null, reason: "the target can be reached again" });
    },
  };
}
