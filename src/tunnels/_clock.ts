import { setTimeout as delay } from "node:timers/promises";

/** The time, as the supervisor sees it. */
export interface Clock {
  /** Wall-clock ms since the epoch. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
};

const TICK_MS = 1_000;
const WOKE_AFTER_MS = 5_000;

interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Waits until a time on the wall clock. Timers stand still while the machine sleeps, so it looks every second. */
export async function waitUntil(at: number, { clock, signal }: Waiting): Promise<void> {
  // A wall clock that is set back does not make the wait longer.
  for (let left = at - clock.now(); left > 0 && clock.now() < at && !signal.aborted; left -= TICK_MS)
    await clock.sleep(Math.min(TICK_MS, left), signal);
}

/** Waits for `ms`, or until the machine has woken from a sleep: then what was known before may no longer hold. */
export async function restLightly(ms: number, { clock, signal }: Waiting): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= TICK_MS) {
    const tick = Math.min(TICK_MS, left);
    const due = clock.now() + tick;
    await clock.sleep(tick, signal);
    if (clock.now() - due > WOKE_AFTER_MS) return;
  }
}
