/** Between two tellings: the more there was to tell, the longer, so that a burst is told in few words. */
const PAUSE_MS = { least: 10, perDelivery: 4, most: 500 } as const;

/**
 * When to tell: at once, or soon, which is a pause after the last time.
 *
 * @param tell gives how many deliveries it told of
 */
export function createPace(tell: () => number) {
  let toldAt = Number.NEGATIVE_INFINITY;
  let pauseMs: number = PAUSE_MS.least;
  let waiting: NodeJS.Timeout | undefined;

  function now() {
    stop();
    toldAt = performance.now();
    pauseMs = Math.min(PAUSE_MS.most, PAUSE_MS.least + tell() * PAUSE_MS.perDelivery);
  }

  function stop() {
    clearTimeout(waiting);
    waiting = undefined;
  }

  return {
    now,
    soon() {
      waiting ??= setTimeout(now, Math.max(0, toldAt + pauseMs - performance.now()));
    },
    stop,
  };
}
