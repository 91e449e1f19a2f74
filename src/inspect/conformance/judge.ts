import { isSuccess } from "../../core/attempt.ts";
import type { Provider } from "../../providers/_provider.ts";
import { type ConformanceCase, isSkipped, type Severity, type SkippedCase } from "./_case.ts";
import { deliverySource } from "./_facts.ts";
import type { ConformancePlan } from "./cases.ts";

/** What came back to one request. */
export interface Answer {
  /** `null` where there was none. */
  readonly status: number | null;
  /** Why there was none, in plain words. */
  readonly problem: string | null;
  readonly ms: number;
}

/** A case that was tried. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  readonly pass: boolean;
  readonly expected: string;
  readonly got: string;
  readonly why: string;
  readonly source: string | null;
  /** The slowest answer. */
  readonly ms: number;
}

export type Result = CaseResult | SkippedCase;

export const isMiss = (result: Result): result is CaseResult => !isSkipped(result) && !result.pass;

/** Whether the answers are those that the case expects, one for each of its requests that was sent. */
export function judgeCase(asked: ConformanceCase, answers: readonly Answer[]): CaseResult {
  const { name, title, severity, source, expects, requests } = asked;
  const fits = expects === "accepted" ? isSuccess : isRefusal;
  return {
    name,
    title,
    severity,
    pass: answers.length === requests.length && answers.every(({ status }) => fits(status)),
    expected: expects === "refused" ? "4xx" : requests.length === 1 ? "2xx" : "2xx each time",
    got: answers.map(({ status, problem }) => (status === null ? problem : status)).join(", then "),
    why: reasonFor(asked, answers),
    source,
    ms: Math.max(0, ...answers.map(({ ms }) => ms)),
  };
}

function reasonFor({ expects, why, crash }: ConformanceCase, answers: readonly Answer[]): string {
  const crashed = expects === "refused" && answers.some(({ status }) => status === null || status >= 500);
  return crashed ? `${crash === undefined ? "" : `${crash} `}${OUTAGE}` : why;
}

const OUTAGE = "To the sender a 5xx is an outage: it tries again, and counts it against you.";

const isRefusal = (status: number | null) => status !== null && status >= 400 && status <= 499;

/** What is judged of the plan and all answers together. */
export function judgeWhole(plan: ConformancePlan, results: readonly Result[]): Result[] {
  return [...(plan.scheme === null ? [anybody(plan)] : []), judgePace(plan.provider, results)];
}

/** No handler can help it, and everybody should know it. */
function anybody({ provider }: ConformancePlan): CaseResult {
  const { name } = provider;
  return {
    name: "signature/sender",
    title: "something that tells the sender from others",
    severity: "warning",
    pass: false,
    expected: "a signature or a secret",
    got: "nothing",
    why: `Whoever finds the URL can send results. ${
      provider.schemes.some(({ optional }) => optional === true)
        ? `${provider.secretSource ?? ""} Set it here too.`
        : `As ${name} signs nothing, put a secret of your own into the webhook URL and look results up at the provider before you trust them.`
    }`,
    source: deliverySource(provider),
    ms: 0,
  };
}

/** Whether the handler is as quick as the provider advises, by the slowest of its good answers. */
function judgePace(provider: Provider, results: readonly Result[]): Result {
  const { advisedMs } = provider.limits;
  const about = { name: "pace/advised", title: "quick answers" };
  if (advisedMs === null) return { ...about, reason: `${provider.name} advises no time` };
  const accepted = results.filter(
    (result) => !isSkipped(result) && result.pass && result.expected.startsWith("2xx"),
  ) as CaseResult[];
  if (accepted.length === 0) return { ...about, reason: "no delivery was accepted" };
  const ms = Math.max(...accepted.map((result) => result.ms));
  return {
    ...about,
    severity: "warning",
    pass: ms <= advisedMs,
    expected: `within ${advisedMs / 1000} s`,
    got: `${Math.round(ms)} ms at most`,
    why: "Answer first and work afterwards: what takes long belongs in a queue.",
    source: deliverySource(provider),
    ms,
  };
}

/** Counts of a whole check. */
export interface Tally {
  readonly passed: number;
  /** Misses of severity error. */
  readonly failed: number;
  /** Misses of severity warning. */
  readonly warnings: number;
  readonly skipped: number;
}

export function tally(results: readonly Result[]): Tally {
  const misses = results.filter(isMiss);
  const failed = misses.filter(({ severity }) => severity === "error").length;
  const skipped = results.filter(isSkipped).length;
  return {
    passed: results.length - misses.length - skipped,
    failed,
    warnings: misses.length - failed,
    skipped,
  };
}
