import type { TunnelState, TunnelStatus } from "../../src/core/tunnel.ts";

/** Records what a supervisor says, and waits for what it is going to say. */
export function recordStatuses() {
  const all: TunnelStatus[] = [];
  const waiting = new Set<() => void>();
  return {
    all,
    states: (): TunnelState[] => all.map(({ state }) => state),
    onStatus(status: TunnelStatus) {
      all.push(status);
      for (const look of waiting) look();
    },
    /** The first status with this state that was said after the first `skip` ones. */
    next(state: TunnelState, skip = 0): Promise<TunnelStatus> {
      return new Promise((resolve) => {
        const look = () => {
          const found = all.slice(skip).find((status) => status.state === state);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
  };
}
