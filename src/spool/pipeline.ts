import type { AttemptSummary, NewAttempt } from "../core/attempt.ts";
import type { CapturedBody, DeliverySummary, Identity, Refusal, RequestHead } from "../core/delivery.ts";
import type { Observer } from "../core/notice.ts";
import type { DeliveryWriter } from "../core/ports.ts";
import type { Target } from "../core/target.ts";
import type { Verification } from "../core/verdict.ts";
import { answerPlainly, answerWithoutHandler, type Reply } from "./answer.ts";
import type { Forwarder } from "./forward.ts";

/** Asks whose a delivery is and whether its signature holds; without the body where that is too large. */
export type Inspect = (head: RequestHead, body: Uint8Array | undefined) => Inspection;

export interface Inspection {
  readonly identity: Identity;
  readonly verification: Verification;
  /** How long this provider waits for a handler, where the catalogue says. */
  readonly timeoutMs: number | undefined;
}

interface PipelineOptions {
  readonly writer: DeliveryWriter;
  readonly forwarder: Forwarder;
  readonly target: Target;
  readonly inspect: Inspect;
  /** Says whose handler is asked later; absent: nobody's. */
  readonly deferring?: Deferring | undefined;
  /** Turn away what has a signature that does not hold. */
  readonly enforce: boolean;
  /** `undefined`: the provider's own limit, else {@link DEFAULT_TIMEOUT_MS}. */
  readonly timeoutMs: number | undefined;
  readonly observer: Observer;
  /** Called when the store cannot take what it was given. */
  readonly onStoreFailure: (error: unknown) => void;
}

/** Decides which senders are answered once their delivery is on disk, and before a handler is asked. */
export interface Deferring {
  defer(of: Identity): Deferral | undefined;
}

export interface Deferral {
  /** What the sender is told of its delivery, by number. */
  answer(id: number): string;
  /** Called once: with what is on disk and is to be handed over, or with nothing if it could not be kept. */
  settle(delivery: DeliverySummary | undefined): void;
}

export const DEFAULT_TIMEOUT_MS = 30_000;

/** Larger bodies never stand in memory as a whole, not even to check a signature. */
export const INSPECTED_BODY_BYTES = 8 * 1024 * 1024;

export interface Pipeline {
  /** One request's whole way from its last byte to its answer. Never rejects. */
  take(head: RequestHead, body: CapturedBody, reply: Reply): Promise<void>;
  /** Keeps a request that is turned away, and answers it. */
  refuse(head: RequestHead, body: CapturedBody, refusal: Refusal, reply: Reply): Promise<void>;
  /** Breaks off what is still with the handler. Its deliveries stay owed. */
  abort(): void;
}

/** On disk first: inspect, commit, tell, forward, answer, record. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { writer, forwarder, target, observer } = options;
  const stop = new AbortController();

  /** Commits; where that fails, the sender keeps its copy and is told to come again. */
  async function commit(
    head: RequestHead,
    body: CapturedBody,
    { identity, verification }: Inspection,
    refusal: Refusal | null,
    reply: Reply,
    isDeferred = false,
  ): Promise<DeliverySummary | undefined> {
    try {
      const delivery = await writer.append({
        head,
        body,
        identity,
        verification,
        refusal,
        // Who forges a delivery sees what became of it; it is owed only where the answer came before the handler.
        owed: isDeferred || (refusal === null && head.origin !== "forged"),
        promisedTo: isDeferred ? target.base : null,
      });
      observer({ type: "delivery", delivery });
      return delivery;
    } catch (error) {
      options.onStoreFailure(error);
      turnAway(503, "the delivery could not be written to disk", null, null);
      answerPlainly(reply, {
        status: 503,
        text: "the delivery could not be kept: try again.",
        retry: true,
      });
      return undefined;
    }
  }

  function turnAway(status: number, reason: string, refusal: Refusal | null, delivery: number | null) {
    observer({ type: "turned-away", status, reason, refusal, delivery });
  }

  async function record(attempt: NewAttempt) {
    try {
      const summary: AttemptSummary = await writer.appendAttempt(attempt);
      observer({ type: "attempt", attempt: summary });
    } catch (error) {
      options.onStoreFailure(error);
    }
  }

  /** A call of its own, so that nothing holds on to the bytes while the handler has its time. */
  function inspect(head: RequestHead, body: CapturedBody): Inspection {
    return options.inspect(head, body.size <= INSPECTED_BODY_BYTES ? writer.reopen(body).bytes() : undefined);
  }

  return {
    async take(head, body, reply) {
      const inspection = inspect(head, body);
      const refusal =
        options.enforce && inspection.verification.verdict === "rejected" ? "signature-rejected" : null;
      const deferral = refusal === null ? options.deferring?.defer(inspection.identity) : undefined;
      const delivery = await commit(head, body, inspection, refusal, reply, deferral !== undefined);
      deferral?.settle(delivery);
      if (!delivery) return;
      if (refusal) {
        const { explanation, reason } = inspection.verification;
        turnAway(401, `signature rejected (${reason})`, refusal, delivery.id);
        answerPlainly(reply, { status: 401, text: `signature rejected (${reason}): ${explanation}` });
        return;
      }
      if (deferral) {
        answerPlainly(reply, { status: 202, text: deferral.answer(delivery.id) });
        return;
      }
      const attempt = await forwarder.forward({
        delivery: delivery.id,
        head,
        body: writer.reopen(body),
        target,
        trigger: "capture",
        timeoutMs: options.timeoutMs ?? inspection.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        sink: reply,
        signal: stop.signal,
      });
      if (attempt.outcome !== "responded") answerWithoutHandler(reply, attempt);
      // Not awaited: on a full disk it may be a while.
      void record(attempt);
    },

    async refuse(head, body, refusal, reply) {
      const delivery = await commit(head, body, options.inspect(head, undefined), refusal, reply);
      if (!delivery) return;
      turnAway(413, "the body is larger than the limit", refusal, delivery.id);
      answerPlainly(reply, { status: 413, text: "the body is larger than --max-body allows." });
    },

    abort: () => stop.abort(),
  };
}
