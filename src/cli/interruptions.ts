import { exitCodes } from "../core/errors.ts";
import type { Context } from "./context.ts";

/** The first Ctrl-C asks for an orderly end, a second one ends at once. */
export function interruptions({ endNow }: Context) {
  const { promise: first, resolve, reject: crash } = Promise.withResolvers<"stop">();
  const stop = () => resolve("stop");
  const crashed = first.then(() => new Promise<never>(() => {}));
  for (const promise of [first, crashed]) promise.catch(() => {});
  let since: number | undefined;
  const onSignal = () => {
    since ??= performance.now();
    stop();
    if (performance.now() - since > SAME_SIGNAL_MS) endNow(exitCodes.interrupted);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  return { first, crashed, stop, crash };
}

/** Ctrl-C can reach the process twice, from the terminal and from a parent that passes it on. */
const SAME_SIGNAL_MS = 250;
