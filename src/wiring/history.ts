import { AppError } from "../core/errors.ts";
import type { Store } from "../store/store.ts";
import { lastTargetKey } from "./capture-protocol.ts";
import { openInspector, openInspectorPort } from "./inspector.ts";
import { createReplayer, type Replayer } from "./replayer.ts";

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
  const replayers = new Map<string, Replayer>();

  /** Each delivery goes to where it went last. */
  function replayerFor(id: number): Replayer {
    const target = store.reader.delivery(id)?.lastTarget ?? store.recall(lastTargetKey);
    if (target === undefined) throw noTarget(id);
    const settings = { target, timeoutMs: undefined, insecure: false, ca: undefined };
    const replayer =
      replayers.get(target) ??
      createReplayer({ store: () => store, settings, observer: (notice) => inspector.observe(notice) });
    replayers.set(target, replayer);
    return replayer;
  }

  const inspector = openInspector({
    dir,
    listening: await openInspectorPort(port),
    pollMs: POLL_MS,
    ports: () => {
      const since = Number.MAX_SAFE_INTEGER;
      return {
        reader: store.reader,
        replay: async (id) => replayerFor(id).replay(id),
        remove(ids) {
          const count = store.forget(ids);
          inspector.removed(ids);
          return count;
        },
        about: () => ({ endpoint: null, local: null, target: null, since }),
      };
    },
  });
  return {
    url: inspector.url,
    async close() {
      inspector.close();
      await Promise.all([...replayers.values()].map((replayer) => replayer.stop()));
    },
  };
}

function noTarget(id: number): AppError {
  return new AppError(`delivery ${id} has never been sent anywhere`, {
    code: "E_NO_TARGET",
    fault: "user",
    hint: `Name a target: hookspool replay ${id} --to 3000`,
  });
}
