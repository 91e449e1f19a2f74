import { fetchMedia } from "../media/fetch.ts";
import type { Store } from "../store/store.ts";
import { historyActions } from "./history-actions.ts";
import { openInspector, openInspectorPort } from "./inspector.ts";

interface HistoryOptions {
  readonly dir: string;
  readonly store: Store;
  readonly port: number | "any";
  readonly media: "click" | "auto";
}

/** The web inspector over what is stored, with nothing captured. */
export interface History {
  readonly url: string;
  close(): Promise<void>;
}

/** Nobody says when another process has written something: it is looked for this often. */
const POLL_MS = 500;

/** @throws {AppError} E_PORT */
export async function openHistory({ dir, store, port, media }: HistoryOptions): Promise<History> {
  const { stop, ...actions } = historyActions({
    dir,
    store,
    observer: (notice) => inspector.observe(notice),
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
        fetchMedia,
        about: () => ({ endpoint: null, local: null, target: null, since, startedAt: null, media }),
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
