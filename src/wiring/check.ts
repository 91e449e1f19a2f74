import { AppError } from "../core/errors.ts";
import type { StoredBody } from "../core/ports.ts";
import { parseTarget, type Target } from "../core/target.ts";
import { type CaseRequest, type ConformanceCase, isSkipped } from "../inspect/conformance/_case.ts";
import type { ConformancePlan } from "../inspect/conformance/cases.ts";
import { type Answer, isMiss, judgeCase, judgeWhole, type Result } from "../inspect/conformance/judge.ts";
import { createForwarder, type Forwarder } from "../spool/forward.ts";

export interface CheckOptions {
  readonly plan: ConformancePlan;
  readonly target: Target;
  /** For each answer. */
  readonly timeoutMs: number;
  readonly insecure?: boolean | undefined;
  readonly ca?: string | undefined;
  /** Told of each result as it comes. */
  onResult(result: Result): Promise<void> | void;
}

/**
 * Asks a handler every question of a plan, one after the other, and keeps nothing of it. Where the handler is
 * gone or leaves several requests in a row unanswered, the rest is skipped.
 *
 * @throws {AppError} E_REFUSED: nobody takes the first request.
 */
export async function checkHandler({
  plan,
  target,
  timeoutMs,
  insecure,
  ca,
  onResult,
}: CheckOptions): Promise<Result[]> {
  const forwarder = createForwarder({ insecure, ca });
  const send = createSender(forwarder, target, timeoutMs);
  const results: Result[] = [];
  const report = async (result: Result) => {
    results.push(result);
    await onResult(result);
  };
  /** What was missed or skipped, with its title. */
  const failed = new Map<string, string>();
  let gone: string | undefined;
  let unanswered = 0;

  try {
    for (const planned of plan.cases) {
      if (isSkipped(planned)) {
        await report(planned);
        continue;
      }
      const { name, title } = planned;
      const obstacle = gone ?? obstacleOf(planned, failed);
      if (obstacle !== undefined) {
        failed.set(name, title);
        await report({ name, title, reason: obstacle });
        continue;
      }
      const { answers, refused } = await ask(planned, send);
      if (refused !== undefined && results.every(isSkipped)) throw refusedAtTheStart(refused);
      const result = judgeCase(planned, answers);
      if (isMiss(result)) failed.set(name, title);
      await report(result);
      unanswered = answers.some(({ status }) => status !== null) ? 0 : unanswered + 1;
      if (refused !== undefined) gone = `the handler has been gone since "${title}"`;
      else if (unanswered === UNANSWERED_IN_A_ROW) gone = `${unanswered} requests in a row were not answered`;
    }
  } finally {
    forwarder.close();
  }
  for (const result of judgeWhole(plan, results)) await report(result);
  return results;
}

/** After so many time-outs it is no question of the case any more. */
const UNANSWERED_IN_A_ROW = 4;

function obstacleOf({ needs }: ConformanceCase, failed: ReadonlyMap<string, string>): string | undefined {
  const needed = needs.find((name) => failed.has(name));
  return needed === undefined ? undefined : `needs "${failed.get(needed)}"`;
}

interface Reply extends Answer {
  readonly refused: boolean;
}
type Send = (request: CaseRequest) => Promise<Reply>;

/** Stops at the first request that is not answered: the next would wait for the same. */
async function ask({ requests }: ConformanceCase, send: Send) {
  const answers: Answer[] = [];
  for (const request of requests) {
    const reply = await send(request);
    answers.push(reply);
    if (reply.refused) return { answers, refused: reply.problem ?? "nothing listens there" };
    if (reply.status === null) break;
  }
  return { answers, refused: undefined };
}

/** The cases know the whole path, so that the target's own is not put before it once more. */
function createSender(forwarder: Forwarder, target: Target, timeoutMs: number): Send {
  const origin = parseTarget(target.origin);
  return async (request) => {
    const receivedAt = Date.now();
    const { method, path, headers, body } = request(receivedAt);
    const { outcome, problem, response, ms } = await forwarder.forward({
      delivery: 0,
      head: { receivedAt, origin: "forged", method, path, httpVersion: "1.1", headers, peer: null },
      body: inMemory(body),
      target: origin,
      trigger: "capture",
      timeoutMs,
    });
    return { status: response?.status ?? null, problem, ms, refused: outcome === "refused" };
  };
}

function inMemory(bytes: Uint8Array): StoredBody {
  return {
    size: bytes.length,
    bytes: () => bytes,
    async *stream() {
      yield bytes;
    },
  };
}

function refusedAtTheStart(problem: string): AppError {
  return new AppError(problem, {
    code: "E_REFUSED",
    fault: "network",
    hint: "Start your handler, or name the port that it listens on.",
  });
}
