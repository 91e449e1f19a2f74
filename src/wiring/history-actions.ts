import type { AttemptSummary } from "../core/attempt.ts";
import type { Observer } from "../core/notice.ts";
import type { Store } from "../store/store.ts";
import { createActions } from "./actions.ts";
import { currentTarget, lastTargetOf } from "./last-target.ts";

interface HistoryActionsOptions {
  readonly dir: string;
  readonly store: Store;
  readonly observer: Observer;
  readonly onRemoved: (ids: readonly number[]) => void;
}

/** What can be done with stored deliveries where none are captured: each goes to where it went last. */
export function historyActions({ dir, store, observer, onRemoved }: HistoryActionsOptions) {
  const asking = { timeoutMs: undefined, insecure: false, ca: undefined };
  return createActions({
    dir,
    store: () => store,
    asking,
    targetOf: (delivery) => lastTargetOf(delivery, store),
    async openForgeDoor({ id }, { verifiers }) {
      const target = currentTarget(store).base;
      const { openForgeSender } = await import("./forge-sender.ts");
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
    onRemoved,
  });
}
