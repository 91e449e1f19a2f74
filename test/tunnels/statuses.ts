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
    async next(state: TunnelState, skip = 0): Promise<TunnelStatus> {
      const find = () => all.slice(skip).find((status) => status.state === state);
      await reaches(() => find() !== undefined);
      return find() as TunnelStatus;
    },
    reaches,
  };

  /** Resolves when something holds; looks whenever a status is said. */
  function reaches(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  }
}
