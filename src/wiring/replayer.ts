import type { AttemptSummary } from "../core/attempt.ts";
import { AppError } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import { parseTarget } from "../core/target.ts";
import { createForwarder, type Forwarder } from "../spool/forward.ts";
import { DEFAULT_TIMEOUT_MS } from "../spool/pipeline.ts";
import type { Store } from "../store/store.ts";

interface ReplayerOptions {
  /** Opens the store when it is first asked for. */
  readonly store: () => Store;
  readonly settings: {
    readonly target: string;
    readonly timeoutMs: number | undefined;
    readonly insecure: boolean;
    readonly ca: string | undefined;
  };
  readonly observer: Observer;
}

/** Sends stored deliveries to a session's target again, and tells its observers. */
export interface Replayer {
  /**
   * Resolves when the attempt is on disk.
   *
   * @throws {AppError} E_NOT_KEPT
   */
  replay(id: number): Promise<AttemptSummary>;
  /** Breaks off what is still with the handler; resolves when that is on disk. */
  stop(): Promise<void>;
}

export function createReplayer({ store, settings, observer }: ReplayerOptions): Replayer {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  let forwarder: Forwarder | undefined;

  async function send(id: number): Promise<AttemptSummary> {
    const head = store().reader.delivery(id);
    const body = store().reader.body(id);
    if (!head || !body || head.refusal === "body-too-large") throw notKept(id);
    forwarder ??= createForwarder(settings);
    const made = await forwarder.forward({
      delivery: id,
      head,
      body,
      target: parseTarget(settings.target),
      trigger: "replay",
      timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: stopping.signal,
    });
    const attempt = await store().writer.appendAttempt(made);
    observer({ type: "attempt", attempt });
    return attempt;
  }

  return {
    replay(id) {
      const sent = send(id);
      running.add(sent);
      return sent.finally(() => running.delete(sent));
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running);
      forwarder?.close();
    },
  };
}

function notKept(id: number): AppError {
  return new AppError(`delivery ${id} is not there to be replayed`, {
    code: "E_NOT_KEPT",
    fault: "user",
    hint: "It was forgotten, or larger than --max-body allowed.",
  });
}
