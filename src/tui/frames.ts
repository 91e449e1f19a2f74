/**
 * Draws when asked to, at most once in `leastMs`: the first request after a quiet time is drawn in the same turn
 * of the event loop, so that a key is answered at once; those that come meanwhile share a frame.
 */
export function createFrames(draw: () => void, leastMs: number) {
  let last = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;

  function now() {
    clearTimeout(waiting);
    waiting = undefined;
    last = performance.now();
    draw();
  }

  return {
    request() {
      waiting ??= setTimeout(now, Math.max(0, last + leastMs - performance.now()));
    },
    now,
    stop() {
      clearTimeout(waiting);
      waiting = undefined;
    },
  };
}
