/** Rejects with the signal's reason once it aborts, for races. */
export function aborted(signal: AbortSignal): Promise<never> {
  const abortion = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  // Who has won the race no longer listens.
  abortion.catch(() => {});
  return abortion;
}
