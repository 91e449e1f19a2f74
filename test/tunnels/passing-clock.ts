import type { Clock } from "../../src/tunnels/_clock.ts";

/** Time that passes as soon as somebody waits for it, up to `end`, where it stands still. */
export function passingClock({ start, end }: { readonly start: number; readonly end: number }) {
  const awaited: { at: number; resolve: () => void }[] = [];
  let now = start;
  let asleep = 0;

  const clock: Clock = {
    now: () => now,
    sleep(ms, signal) {
      if (now + ms > end) return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      now += ms + asleep;
      asleep = 0;
      for (const { at, resolve } of awaited) if (at <= now) resolve();
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
  return {
    ...clock,
    /** Resolves once this much time has passed. */
    after: (ms: number) => new Promise<void>((resolve) => awaited.push({ at: now + ms, resolve })),
    /** The machine sleeps during the next wait. */
    oversleep(ms: number) {
      asleep = ms;
    },
  };
}
