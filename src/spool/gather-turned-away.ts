import type { Notice, Observer } from "../core/notice.ts";

type TurnedAway = Extract<Notice, { type: "turned-away" }>;

/** What is alike is told of at once, then once in this time, in ms. */
const EVERY_MS = 1_000;

/** An observer that is told of requests turned away at a rate that a person can read. */
export interface Gatherer {
  readonly observe: Observer;
  /** Tells of what is still to be told. */
  flush(): void;
}

/**
 * Of requests that are turned away alike the first is told of at once; those that follow within a second are
 * counted, and told of together. What is stored has a row of its own and is passed on as it comes.
 */
export function gatherTurnedAway(observer: Observer, everyMs = EVERY_MS): Gatherer {
  const alike = new Map<string, { readonly notice: TurnedAway; times: number }>();
  let timer: NodeJS.Timeout | undefined;

  function tell() {
    for (const [reason, one] of alike) {
      const { notice, times } = one;
      if (times === 0) alike.delete(reason);
      else observer({ ...notice, times });
      one.times = 0;
    }
    timer = alike.size === 0 ? undefined : setTimeout(tell, everyMs).unref();
  }

  return {
    observe(notice) {
      if (notice.type !== "turned-away" || notice.delivery !== null) return observer(notice);
      const known = alike.get(notice.reason);
      if (known) {
        known.times += 1;
        return undefined;
      }
      alike.set(notice.reason, { notice, times: 0 });
      timer ??= setTimeout(tell, everyMs).unref();
      return observer(notice);
    },
    flush() {
      clearTimeout(timer);
      tell();
      clearTimeout(timer);
    },
  };
}
