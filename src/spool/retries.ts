import type { AttemptSummary } from "../core/attempt.ts";
import { delayBefore, judgeAnswer, type RetryPolicy } from "../providers/_retries.ts";

interface RetryOptions {
  readonly policy: RetryPolicy;
  /** News of progress, which some providers send only once. */
  readonly isNews: boolean;
  /** Sends the delivery once more, signed anew. */
  send(): Promise<AttemptSummary>;
  /** Called before each try but the first; waits for as long as it should take here. */
  pause(delayMs: number, attempt: number): Promise<void>;
  /** From 0 to 1, which share of the jitter a delay gets. */
  chance(): number;
}

/** How a provider's tries at one delivery ended. */
export interface RetryEnd {
  /** `received`: accepted. `given-up`: an answer after which it does not try again. `exhausted`: no tries left. */
  readonly how: "received" | "given-up" | "exhausted" | "sent-once";
  readonly attempts: number;
  readonly last: AttemptSummary;
}

/** Sends a delivery as often as its provider would, judging the real answers as it does. */
export async function playRetries({ policy, isNews, send, pause, chance }: RetryOptions): Promise<RetryEnd> {
  for (let attempts = 1; ; attempts += 1) {
    const last = await send();
    const judgement = judgeAnswer(policy, last.status);
    if (judgement !== "retry") return { how: judgement, attempts, last };
    if (isNews && policy.retried === "end-states") return { how: "sent-once", attempts, last };
    const delayMs = delayBefore(policy, attempts + 1, chance());
    if (delayMs === null) return { how: "exhausted", attempts, last };
    await pause(delayMs, attempts + 1);
  }
}
