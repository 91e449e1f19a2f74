export interface TurnLimits {
  /** So many have their turn at a time. */
  readonly atOnce: number;
  /** So many wait for theirs, in the order in which they came. */
  readonly waiting: number;
}

/** What ends a wait before its turn has come. */
interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Lets a bounded number through at a time, and a bounded number wait. */
export interface Turns {
  /** `full`: as many wait as may. Whoever is `too-late` never had a turn. */
  take(patience: Patience): "now" | "full" | Promise<"now" | "too-late">;
  /** Whoever had a turn is done. */
  done(): void;
}

export function createTurns({ atOnce, waiting }: TurnLimits): Turns {
  let underWay = 0;
  // A set keeps its order, and lets go of one in the middle at no cost.
  const queue = new Set<() => void>();

  return {
    take({ waitMs, signal }) {
      if (underWay < atOnce) {
        underWay += 1;
        return "now";
      }
      if (queue.size >= waiting) return "full";
      return new Promise((resolve) => {
        const settle = (outcome: "now" | "too-late") => {
          queue.delete(go);
          clearTimeout(timer);
          signal?.removeEventListener("abort", leave);
          resolve(outcome);
        };
        const go = () => settle("now");
        const leave = () => settle("too-late");
        const timer = setTimeout(leave, waitMs);
        signal?.addEventListener("abort", leave);
        queue.add(go);
      });
    },
    done() {
      const [next] = queue;
      // The turn is handed on, and stays counted.
      if (next) next();
      else underWay -= 1;
    },
  };
}
