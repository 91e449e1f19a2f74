import { type AttemptSummary, succeeded } from "../core/attempt.ts";
import { type ExitCode, exitCodes } from "../core/errors.ts";

/** What a handler's answer means to whoever ran the command. */
export function exitCodeOf(attempt: Pick<AttemptSummary, "outcome" | "status">): ExitCode {
  if (succeeded(attempt)) return exitCodes.done;
  if (attempt.outcome === "refused") return exitCodes.noConnection;
  return attempt.outcome === "timed-out" ? exitCodes.timedOut : exitCodes.answerIsNo;
}

/** Of several answers, the one that stands for all: no connection before too late before no. */
export function worse(a: ExitCode, b: ExitCode): ExitCode {
  const order: readonly ExitCode[] = [
    exitCodes.noConnection,
    exitCodes.timedOut,
    exitCodes.answerIsNo,
    exitCodes.done,
  ];
  return order.find((code) => code === a || code === b) ?? a;
}
