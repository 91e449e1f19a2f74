import type { AttemptSummary } from "../core/attempt.ts";
import type { Observer } from "../core/notice.ts";
import type { Store } from "../store/store.ts";
import { createActions } from "./actions.ts";
import { openInspector, openInspectorPort } from "./inspector.ts";
import { currentTarget, lastTargetOf } from "./last-target.ts";

interface HistoryOptions {
  readonly dir: string;
  readonly store: Store;
  readonly port: number | "any";
}

/** The web inspector over what is stored, with nothing captured. */
export interface History {
  readonly url: string;
  close(): Promise<void>;
}

/** Nobody says when another process has written something: it is looked for this often. */
const POLL_MS = 500;

/** @throws {AppError} E_PORT */
export async function openHistory({ dir, store, port }: HistoryOptions): Promise<History> {
  const asking = { timeoutMs: undefined, insecure: false, ca: undefined };
  const observer: Observer = (notice) => inspector.observe(notice);
  const { stop, ...actions } = createActions({
    dir,
    store: () => store,
    asking,
    // Each delivery goes to where it went last.
    targetOf: (delivery) => lastTargetOf(delivery, store),
    async openForgeDoor({ id }, { verifiers }) {
      const { openForgeSender } = await import("./forge-sender.ts");
      const target = currentTarget(store).base;
      const sender = await openForgeSender({
        ...asking,
        dir,
        target,
        provider: id,
        secrets: verifiers,
        observer,
      });
      return { url: sender.url, isAnsweredByHandler: () => true, close: sender.close };
    },
    async deliverOwed() {
      const { openRedeliverer } = await import("./redeliverer.ts");
      const onAttempt = async (attempt: AttemptSummary) => observer({ type: "attempt", attempt });
      return openRedeliverer({ ...asking, store, to: undefined, among: undefined, onAttempt }).once();
    },
    observer,
    onRemoved: (ids) => inspector.removed(ids),
  });
  const inspector = openInspector({
    dir,
    listening: await openInspectorPort(port),
    pollMs: POLL_MS,
    ports: () => {
      const since = Number.MAX_SAFE_INTEGER;
      return {
        ...actions,
        holding: null,
        reader: store.reader,
        about: () => ({ endpoint: null, local: null, target: null, since }),
      };
    },
  });
  return {
    url: inspector.url,
    async close() {
      inspector.close();
      await stop();
    },
  };
}
