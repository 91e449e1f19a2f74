import type { About, Cursor, LiveMessage } from "../protocol.ts";
import { type Api, ApiError } from "./api.ts";
import { openLive } from "./live.ts";

/** Between two tries to reach a server that is gone: the first, and the longest. In ms. */
const RETRY_MS = { first: 300, most: 5_000 } as const;

export type ConnectionState = "live" | "lost" | "refused";

interface Options {
  readonly api: Api;
  readonly token: string;
  readonly about: (about: About) => void;
  /** Looks at the store from the beginning. */
  readonly begin: () => void;
  /** Goes on from what was seen before the connection was lost. */
  readonly comeBack: () => Promise<void>;
  readonly take: (message: LiveMessage) => void;
  readonly state: (state: ConnectionState, words: string) => void;
}

/** Reads where things stand, then hears what comes after; again and again when the server goes away. */
export function keepConnected({ api, token, about, begin, comeBack, take, state }: Options): void {
  let cursor: Cursor | undefined;
  void connect(RETRY_MS.first);

  async function connect(retryMs: number): Promise<void> {
    try {
      const now = await api.about();
      about(now);
      // A tab that is new begins where the store is; one that comes back goes on from what it has seen.
      if (cursor) await comeBack();
      else {
        cursor = now.cursor;
        begin();
      }
      let isOpen = false;
      openLive({
        token,
        cursor,
        take: hear,
        opened() {
          isOpen = true;
          state("live", "live");
        },
        lost: () => reconnect(isOpen ? RETRY_MS.first : retryMs),
      });
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 401 || error.status === 403)))
        return reconnect(retryMs);
      // It may be another hookspool that has the port for now.
      state("refused", "open the link that hookspool shows now");
      setTimeout(() => void connect(RETRY_MS.most), RETRY_MS.most);
    }
  }

  function reconnect(afterMs: number) {
    state("lost", "reconnecting…");
    setTimeout(() => void connect(Math.min(RETRY_MS.most, afterMs * 2)), afterMs);
  }

  function hear(message: LiveMessage) {
    if (message.type === "changes") cursor = message.cursor;
    // The connection is closed after this; the next one begins anew.
    if (message.type === "restart") cursor = undefined;
    take(message);
  }
}
