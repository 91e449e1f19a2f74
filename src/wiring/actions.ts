import type { Actions, Holding } from "../core/actions.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { Observer } from "../core/notice.ts";
import type { Target } from "../core/target.ts";
import type { Store } from "../store/store.ts";
import type { ForgerOptions } from "./forger.ts";
import type { Asking } from "./replayer.ts";

interface ActionsOptions {
  readonly dir: string;
  /** Opens the store when it is first asked for. */
  readonly store: () => Store;
  readonly asking: Asking;
  /**
   * Where a delivery is sent again.
   *
   * @throws {AppError} E_NO_TARGET
   */
  readonly targetOf: (delivery: DeliverySummary) => Target;
  readonly openForgeDoor: ForgerOptions["openDoor"];
  readonly deliverOwed: Actions["deliverOwed"];
  readonly observer: Observer;
  /** Told of what was forgotten, which comes with no notice. */
  readonly onRemoved: (ids: readonly number[]) => void;
}

/** What can be done with deliveries that are stored, whether or not any are captured. */
export type StoredActions = Omit<Actions, keyof Holding>;

/** What sends and forges is loaded when it is first asked for: it costs starting up nothing. */
export function createActions(options: ActionsOptions): StoredActions & { stop(): Promise<void> } {
  const { store } = options;
  const outputs = lazily(async () => {
    const { createOutputs } = await import("./outputs.ts");
    return createOutputs();
  });
  const resender = lazily(async () => {
    const { createResender } = await import("./resender.ts");
    return createResender({ ...options, store: store(), outputs: await outputs.get() });
  });
  const forger = lazily(async () => {
    const { createForger } = await import("./forger.ts");
    const { dir, openForgeDoor: openDoor } = options;
    return createForger({ dir, reader: store().reader, outputs: await outputs.get(), openDoor });
  });

  return {
    async judge(id) {
      const { signatureFactsOf } = await import("./signature-facts.ts");
      return signatureFactsOf(store().reader, id, options.dir);
    },
    replay: async (id) => (await resender.get()).replay(id),
    replayResigned: async (id) => (await resender.get()).replayResigned(id),
    sendEdited: async (edit) => (await resender.get()).sendEdited(edit),
    forge: async (wish) => (await forger.get()).forge(wish),
    remove(ids) {
      const count = store().forget(ids);
      options.onRemoved(ids);
      return count;
    },
    deliverOwed: options.deliverOwed,
    async stop() {
      forger.opened()?.then((loaded) => loaded.stop());
      await resender.opened()?.then((loaded) => loaded.stop());
      await outputs.opened()?.then((loaded) => loaded.close());
    },
  };
}

/** Opened when it is first asked for, and once. */
function lazily<T>(open: () => Promise<T>) {
  let opened: Promise<T> | undefined;
  return {
    get() {
      opened ??= open();
      return opened;
    },
    opened: () => opened,
  };
}
