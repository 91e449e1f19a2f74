/** Statuses from the first to the last, both included. */
type StatusRange = readonly [first: number, last: number];

/** What a provider does when its delivery is not accepted. */
export interface RetryPolicy {
  /**
   * Milliseconds before each attempt, counted from the end of the one before. The first is 0, and there are
   * as many attempts as delays.
   */
  readonly delaysMs: readonly number[];
  /** Up to this fraction of a delay is added at random. */
  readonly jitter: number;
  /** The longest delay in ms before jitter; `null` where no page gives one. */
  readonly capMs: number | null;
  /** The answers that count as received. */
  readonly success: StatusRange;
  /** The answers after which nothing is tried again; `null` where there are none. */
  readonly final: StatusRange | null;
  /** `end-states`: news of progress is sent once and never again. */
  readonly retried: "all" | "end-states";
  /** What becomes of the job or its delivery after the last attempt, as a sentence. */
  readonly afterLast: string;
  /** Whether a page gives the number of attempts and the delays. */
  readonly certainty: "documented" | "in part" | "our choice";
}

type Usual = "jitter" | "capMs" | "success" | "final" | "retried";

/** A policy that retries every delivery until it is answered 2xx, unless it says otherwise. */
export function retryPolicy(
  policy: Omit<RetryPolicy, Usual> & Partial<Pick<RetryPolicy, Usual>>,
): RetryPolicy {
  return { jitter: 0, capMs: null, success: [200, 299], final: null, retried: "all", ...policy };
}

export const seconds = (...delays: readonly number[]): readonly number[] =>
  delays.map((delay) => delay * 1000);
export const minutes = (...delays: readonly number[]): readonly number[] =>
  delays.map((delay) => delay * 60_000);

/**
 * How long to wait before an attempt, in ms; `null` where the policy makes no such attempt.
 *
 * @param attempt from 1
 * @param chance between 0 and 1, which share of the jitter is added
 */
export function delayBefore(policy: RetryPolicy, attempt: number, chance: number): number | null {
  const delay = policy.delaysMs[attempt - 1];
  return delay === undefined ? null : delay * (1 + policy.jitter * chance);
}

/** What an answer means to the sender; no answer at all counts as `retry`. */
export function judgeAnswer(policy: RetryPolicy, status: number | null): "received" | "retry" | "given-up" {
  if (status === null) return "retry";
  if (within(policy.success, status)) return "received";
  return policy.final !== null && within(policy.final, status) ? "given-up" : "retry";
}

function within([first, last]: StatusRange, status: number): boolean {
  return status >= first && status <= last;
}

/**
 * The schedule that the specification of Standard Webhooks recommends, in ms.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardDelaysMs: readonly number[] = [
  ...seconds(0, 5),
  ...minutes(5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60),
];

/** Our choice where a provider says nothing: three retries. */
export const unknownRetries: RetryPolicy = retryPolicy({
  delaysMs: seconds(0, 5, 30, 120),
  afterLast: "Undocumented.",
  certainty: "our choice",
});
