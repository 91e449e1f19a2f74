import type { IncomingMessage } from "node:http";
import type { HandlerResponse, NewAttempt, Outcome, Trigger } from "../core/attempt.ts";
import { RECORDED_RESPONSE_BYTES } from "../core/attempt.ts";
import type { RequestHead } from "../core/delivery.ts";
import { systemCode } from "../core/errors.ts";
import { type HeaderPairs, pairsFromRaw } from "../core/headers.ts";
import type { StoredBody } from "../core/ports.ts";
import { type Target, urlAtTarget } from "../core/target.ts";
import type { Asking } from "./asking.ts";
import { eachChunk } from "./each-chunk.ts";
import { createNodeClient } from "./node-client.ts";
import { createPlainClient } from "./plain-client.ts";
import type { PlainAnswer } from "./plain-http.ts";
import { createTurns, type TurnLimits } from "./turns.ts";
import { endToEnd, type WireRequest, wireRequest } from "./wire.ts";

/** Where a handler's answer goes while it arrives: back to the sender, or nowhere. */
export interface AnswerSink {
  head(status: number, statusText: string, headers: HeaderPairs): void;
  /** Resolves when more may be given. */
  body(chunk: Uint8Array): Promise<void> | undefined;
  end(): void;
  /** The answer broke off in the middle; what has been passed on must not look whole. */
  broken(): void;
}

interface Errand {
  readonly delivery: number;
  readonly head: RequestHead;
  readonly body: StoredBody;
  readonly target: Target;
  readonly trigger: Trigger;
  /** For the whole answer, its body included. */
  readonly timeoutMs: number;
  readonly sink?: AnswerSink | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Forwarder {
  /** Hands one delivery to one target. Never rejects: what went wrong is the attempt's outcome. */
  forward(errand: Errand): Promise<NewAttempt>;
  close(): void;
}

interface ForwarderOptions {
  /** Take a local HTTPS target's own certificate. */
  readonly insecure?: boolean | undefined;
  /** PEM of a certificate authority to trust for HTTPS targets. */
  readonly ca?: string | undefined;
  /** How many deliveries a handler has at a time, and how many wait for it; no limit where absent. */
  readonly turns?: TurnLimits | undefined;
}

/**
 * Fewer than the shortest queue of connections that handlers are commonly started with (128), so that what
 * waits does so here, where it is counted and ends.
 */
export const DEFAULT_CONCURRENCY = 64;

/** So many deliveries wait for a handler that is busy, their senders with them. */
export const MOST_WAITING = 1_000;

export function createForwarder({ insecure = false, ca, turns: limits }: ForwarderOptions = {}): Forwarder {
  const plain = createPlainClient();
  const node = createNodeClient({ insecure, ca });
  const turns = limits && createTurns(limits);

  /** Waits for this errand's turn; what comes of an errand that gets none. */
  function turnFor({ timeoutMs, signal, target }: Errand): Refused | Promise<Refused> {
    if (!turns || !limits) return undefined;
    const turn = turns.take({ waitMs: timeoutMs, signal });
    if (turn === "now") return undefined;
    const busy = `${target.origin} is busy (--concurrency ${limits.atOnce})`;
    if (turn === "full")
      return notAsked("refused", `${busy}, and ${limits.waiting} deliveries wait for it already`);
    return turn.then((how) => {
      if (how === "now") return undefined;
      return signal?.aborted
        ? notAsked("aborted", STOPPED)
        : notAsked("timed-out", `${busy}: no turn came within ${timeoutMs / 1000} s`);
    });
  }

  async function ask(wire: WireRequest, errand: Errand): Promise<Exchange> {
    const { target, body } = errand;
    try {
      return await exchange(() => plain.ask(target, wire, body) ?? node.ask(target, wire, body), errand);
    } finally {
      turns?.done();
    }
  }

  return {
    async forward(errand) {
      const { delivery, head, body, target, trigger } = errand;
      const wire = wireRequest(head, body.size, target);
      const refused = await turnFor(errand);
      const startedAt = Date.now();
      const start = performance.now();
      const { outcome, problem, response } = refused ?? (await ask(wire, errand));
      return {
        delivery,
        trigger,
        target: urlAtTarget(target, head.path),
        targetBase: target.base,
        startedAt,
        outcome,
        problem,
        response,
        ms: Math.round((performance.now() - start) * 10) / 10,
        changes: wire.changes,
      };
    },
    close() {
      plain.close();
      node.close();
    },
  };
}

interface Exchange {
  readonly outcome: Outcome;
  readonly problem: string | null;
  readonly response: HandlerResponse | null;
}

async function exchange(open: () => Asking | Promise<Asking>, errand: Errand): Promise<Exchange> {
  const { signal, sink } = errand;
  let current: Asking | undefined;
  let ended: "timed-out" | "aborted" | undefined;
  let answered = false;
  const end = (why: "timed-out" | "aborted") => {
    ended ??= why;
    current?.stop();
    // A sender that does not read must not be waited for any longer either.
    if (answered) sink?.broken();
  };
  if (signal?.aborted) return failure(undefined, "aborted", errand);
  const timer = setTimeout(end, errand.timeoutMs, "timed-out");
  const onAbort = () => end("aborted");
  signal?.addEventListener("abort", onAbort);

  /** Asks; on a kept connection that turns out to be closed, once more on a fresh one. */
  async function ask() {
    for (let again = false; ; again = true) {
      const opened = open();
      current = opened instanceof Promise ? await opened : opened;
      if (ended) current.stop();
      try {
        return await current.answer;
      } catch (error) {
        const closedBefore = current.isReused() && ["ECONNRESET", "EPIPE"].includes(systemCode(error) ?? "");
        if (!closedBefore || again || ended) throw error;
      }
    }
  }

  try {
    const answer = await ask();
    answered = true;
    const response = await receive(answer, sink);
    if (ended !== undefined) return failure(undefined, ended, errand);
    return { outcome: "responded", problem: null, response };
  } catch (error) {
    if (answered) sink?.broken();
    return failure(error, ended, errand);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    current?.leave();
  }
}

async function receive(
  answer: PlainAnswer | IncomingMessage,
  sink: AnswerSink | undefined,
): Promise<HandlerResponse> {
  if ("body" in answer) return pass(answer, sink);
  const status = answer.statusCode ?? 0;
  const statusText = answer.statusMessage ?? "";
  const headers = pairsFromRaw(answer.rawHeaders);
  sink?.head(status, statusText, endToEnd(headers));
  const kept: Uint8Array[] = [];
  let bytes = 0;
  await eachChunk(answer, (chunk) => {
    const room = RECORDED_RESPONSE_BYTES - bytes;
    if (room > 0) kept.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
    bytes += chunk.length;
    return sink?.body(chunk);
  });
  sink?.end();
  const [only] = kept;
  const body = kept.length === 1 && only ? only : Buffer.concat(kept);
  return { status, statusText, headers, body, bytes };
}

/** The same with an answer that is here as a whole. */
async function pass(answer: PlainAnswer, sink: AnswerSink | undefined): Promise<HandlerResponse> {
  const { status, statusText, headers, body } = answer;
  if (sink) {
    sink.head(status, statusText, endToEnd(headers));
    const blocked = sink.body(body);
    if (blocked) await blocked;
    sink.end();
  }
  return { status, statusText, headers, body: body.subarray(0, RECORDED_RESPONSE_BYTES), bytes: body.length };
}

/** What is on record of an errand that got no turn; `undefined` for one that did. */
type Refused = Exchange | undefined;

function notAsked(outcome: Exclude<Outcome, "responded">, problem: string): Exchange {
  return { outcome, problem, response: null };
}

function failure(error: unknown, ended: "timed-out" | "aborted" | undefined, errand: Errand): Exchange {
  const { outcome, problem } = describe(error, ended, errand);
  return { outcome, problem, response: null };
}

const STOPPED = "hookspool was stopped before the handler answered";

function describe(
  error: unknown,
  ended: "timed-out" | "aborted" | undefined,
  { target, timeoutMs }: Errand,
): { outcome: Outcome; problem: string } {
  if (ended === "timed-out")
    return { outcome: "timed-out", problem: `no whole answer within ${timeoutMs / 1000} s` };
  if (ended === "aborted") return { outcome: "aborted", problem: STOPPED };
  // Happy eyeballs: one error for each address that was tried.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = systemCode(first) ?? "";
  if (code === "ECONNREFUSED") return { outcome: "refused", problem: `nothing listens at ${target.origin}` };
  if (["EMFILE", "ENFILE"].includes(code))
    return { outcome: "refused", problem: "too many files are open here to reach it (ulimit -n)" };
  if (["ENOTFOUND", "EAI_AGAIN"].includes(code))
    return { outcome: "refused", problem: `the name ${target.hostname} is not known` };
  if (["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EADDRNOTAVAIL"].includes(code))
    return { outcome: "refused", problem: `${target.origin} cannot be reached (${code})` };
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return { outcome: "refused", problem: `its certificate is not trusted (${code}): use -k or --cacert` };
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return {
      outcome: "refused",
      problem: "it does not speak TLS: is the target http:// rather than https://?",
    };
  if (code.startsWith("HPE_"))
    return { outcome: "aborted", problem: `the handler's answer is not valid HTTP (${code})` };
  return { outcome: "aborted", problem: "the handler closed the connection before its answer was whole" };
}
