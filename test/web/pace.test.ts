import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPace } from "../../src/web/pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** So many deliveries come evenly; each is told of once, at these times. */
function play({ perSecond, seconds, pollMs }: { perSecond: number; seconds: number; pollMs: number }) {
  let waiting = 0;
  const toldAt: number[] = [];
  const pace = createPace(() => {
    const told = waiting;
    waiting = 0;
    if (told > 0) toldAt.push(performance.now());
    return told;
  });
  const arriving = setInterval(() => {
    waiting += 1;
    pace.soon();
  }, 1_000 / perSecond);
  const polling = setInterval(pace.soon, pollMs);
  const opening = setInterval(pace.now, pollMs);
  vi.advanceTimersByTime(seconds * 1_000);
  for (const timer of [arriving, polling, opening]) clearInterval(timer);
  pace.stop();
  expect(vi.getTimerCount()).toBe(0);
  return toldAt;
}

test("a burst is told twice a second, however long it goes on and whoever else asks", () => {
  expect(play({ perSecond: 1_000, seconds: 60, pollMs: 2_000 }).length).toBeLessThan(60 * 2.6 + 10);
});

test("what comes now and then is told at once", () => {
  const at: number[] = [];
  const pace = createPace(() => at.push(performance.now()));
  vi.advanceTimersByTime(5_000);
  const asked = performance.now();
  pace.soon();
  pace.soon();
  vi.advanceTimersByTime(100);
  expect(at).toEqual([asked]);
});

test("a hundred a second are told of within 50 ms", () => {
  const toldAt = play({ perSecond: 100, seconds: 10, pollMs: 2_000 });
  const pauses = toldAt.slice(1).map((at, i) => at - (toldAt[i] ?? 0));
  expect(Math.max(...pauses)).toBeLessThanOrEqual(50);
});
