import { isSuccess } from "../core/attempt.ts";
import { AppError } from "../core/errors.ts";
import type { StoredBody } from "../core/ports.ts";
import { parseTarget, type Target } from "../core/target.ts";
import { type CaseRequest, type ConformanceCase, isSkipped } from "../inspect/conformance/_case.ts";
import type { ConformancePlan } from "../inspect/conformance/cases.ts";
import { type Answer, isMiss, judgeCase, judgeWhole, type Result } from "../inspect/conformance/judge.ts";
import { refusesEverything } from "../inspect/conformance/notes.ts";
import { createForwarder } from "../spool/forward.ts";

export interface CheckOptions {
  readonly plan: ConformancePlan;
  readonly target: Target;
  /** For each answer. */
  readonly timeoutMs: number;
  /** Take a local HTTPS target's own certificate. */
  readonly insecure?: boolean | undefined;
  /** PEM of a certificate authority to trust. */
  readonly ca?: string | undefined;
  /** Told of each result as it comes. */
  onResult(result: Result): Promise<void> | void;
}

interface CheckReport {
  readonly results: readonly Result[];
  /** The mistake that explains why every good delivery was refused, as a sentence. */
  readonly finding: string | undefined;
}

/**
 * Asks a handler every question of a plan, one after the other, and keeps nothing of it. Where the handler is
 * gone or leaves several requests in a row unanswered, the rest is skipped.
 *
 * @throws {AppError} E_REFUSED: nobody takes the first request.
 */
export async function checkHandler(options: CheckOptions): Promise<CheckReport> {
  const { plan, onResult } = options;
  const send = createSender(options);
  const results: Result[] = [];
  const report = async (result: Result) => {
    results.push(result);
    await onResult(result);
  };
  /** What was missed or skipped for its sake, with its title. */
  const failed = new Map<string, string>();
  let last: { readonly title: string; readonly answered: boolean } | undefined;
  let gone: string | undefined;
  let unanswered = 0;

  for (const planned of plan.cases) {
    if (isSkipped(planned)) {
      await report(planned);
      continue;
    }
    const { name, title } = planned;
    const skip = (reason: string) => {
      failed.set(name, title);
      return report({ name, title, reason });
    };
    const obstacle = gone ?? obstacleOf(planned, failed);
    if (obstacle !== undefined) {
      await skip(obstacle);
      continue;
    }

    const replies = await ask(planned, send);
    const refused = replies.find((reply) => reply.refused);
    if (refused?.problem) {
      if (last === undefined) throw refusedAtTheStart(refused.problem);
      gone = `the handler has been gone since "${last.title}"`;
      // A case that already shows it need not be followed by another.
      if (!last.answered) {
        await skip(gone);
        continue;
      }
    }
    const result = judgeCase(refused ? { ...planned, severity: "error" } : planned, replies);
    if (isMiss(result)) failed.set(name, title);
    await report(result);

    const answered = replies.some(({ status }) => status !== null);
    last = { title, answered };
    unanswered = answered ? 0 : unanswered + 1;
    if (unanswered === UNANSWERED_IN_A_ROW) gone ??= `${unanswered} requests in a row were not answered`;
  }
  for (const result of judgeWhole(plan, results)) await report(result);
  const isPuzzling = gone === undefined && refusesEverything(results);
  return { results, finding: isPuzzling ? await findMistake(plan, send) : undefined };
}

async function findMistake({ mistakes }: ConformancePlan, send: Send): Promise<string | undefined> {
  for (const { finding, request } of mistakes) {
    const { status } = await send(request);
    if (isSuccess(status)) return finding;
    if (status === null) return undefined;
  }
  return undefined;
}

/** After so many it is no question of the case any more. */
const UNANSWERED_IN_A_ROW = 4;

function obstacleOf({ needs }: ConformanceCase, failed: ReadonlyMap<string, string>): string | undefined {
  const needed = needs.find((name) => failed.has(name));
  return needed === undefined ? undefined : `needs "${failed.get(needed)}"`;
}

interface Reply extends Answer {
  /** Nobody took the connection. */
  readonly refused: boolean;
}
type Send = (request: CaseRequest) => Promise<Reply>;

/** Stops at the first request that is not answered: the next would wait for the same. */
async function ask({ requests }: ConformanceCase, send: Send): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const request of requests) {
    const reply = await send(request);
    replies.push(reply);
    if (reply.status === null) break;
  }
  return replies;
}

/**
 * Each request has a connection of its own: one that a handler closes on a kept connection would be sent a
 * second time. The cases know the whole path, so the target's own is not put before it once more.
 */
function createSender({ target, timeoutMs, insecure, ca }: CheckOptions): Send {
  const origin = parseTarget(target.origin);
  return async (request) => {
    const receivedAt = Date.now();
    const { method, path, headers, body } = request(receivedAt);
    const forwarder = createForwarder({ insecure, ca });
    const { outcome, problem, response, ms } = await forwarder.forward({
      delivery: 0,
      head: { receivedAt, origin: "forged", method, path, httpVersion: "1.1", headers, peer: null },
      body: inMemory(body),
      target: origin,
      trigger: "capture",
      timeoutMs,
    });
    forwarder.close();
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
