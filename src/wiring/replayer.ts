import type { AttemptSummary } from "../core/attempt.ts";
import type { Observer } from "../core/notice.ts";
import type { Target } from "../core/target.ts";
import { createForwarder } from "../spool/forward.ts";
import { DEFAULT_TIMEOUT_MS } from "../spool/pipeline.ts";
import type { Store } from "../store/store.ts";
import type { Sending } from "./sending.ts";

export interface ReplayerOptions {
  readonly store: Pick<Store, "writer">;
  /** How a handler is asked. */
  readonly asking: Asking;
  readonly observer: Observer;
}

export interface Asking {
  readonly timeoutMs: number | undefined;
  /** Take a local HTTPS target's own certificate. */
  readonly insecure: boolean;
  /** PEM of a certificate authority to trust. */
  readonly ca: string | undefined;
}

/** Sends stored deliveries again, and puts that on record. */
export interface Replayer {
  /** Resolves when the attempt is on disk. */
  send(sending: Sending, target: Target): Promise<AttemptSummary>;
  /** Breaks off what is still with a handler; resolves when that is on disk. */
  stop(): Promise<void>;
}

export function createReplayer({ store, asking, observer }: ReplayerOptions): Replayer {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  const forwarder = createForwarder(asking);

  async function send({ delivery, head, body, onRecord }: Sending, target: Target): Promise<AttemptSummary> {
    const made = await forwarder.forward({
      delivery: delivery.id,
      head,
      body,
      target,
      trigger: "replay",
      timeoutMs: asking.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: stopping.signal,
    });
    // Flushed, since no delivery comes whose commit it could ride on.
    const [attempt] = await Promise.all([store.writer.appendAttempt(onRecord(made)), store.writer.flush()]);
    await observer({ type: "attempt", attempt });
    return attempt;
  }

  return {
    send(sending, target) {
      const sent = send(sending, target);
      running.add(sent);
      return sent.finally(() => running.delete(sent));
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running);
      forwarder.close();
    },
  };
}
