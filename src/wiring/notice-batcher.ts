import type { Notice, Observer } from "../core/notice.ts";

/** Notices on their way that have not been heard yet; past this they are dropped. */
const MOST_UNHEARD = 10_000;

/** Between two messages, in ms: one for each turn of a busy loop would cost as much as what it tells of. */
const REST_MS = 10;

interface Ends {
  readonly send: (notices: readonly Notice[]) => void;
  /** Called once for each time that notices were dropped, when there is room again. */
  readonly fallBehind: () => void;
}

/**
 * Passes notices on, the first in the same turn of the event loop, what follows in a message now and then. It never waits for its reader and never holds more
 * than {@link MOST_UNHEARD}: a reader that falls behind is told to look into the store.
 */
export function createNoticeBatcher({ send, fallBehind }: Ends) {
  let waiting: Notice[] = [];
  let resting = false;
  let unheard = 0;
  let dropped = false;

  function flush() {
    if (waiting.length === 0) return;
    const notices = waiting;
    waiting = [];
    send(notices);
  }

  function sendAndRest() {
    resting = waiting.length > 0;
    if (!resting) return;
    flush();
    setTimeout(sendAndRest, REST_MS);
  }

  const observe: Observer = (notice) => {
    if (dropped || unheard >= MOST_UNHEARD) {
      dropped = true;
      return;
    }
    unheard += 1;
    waiting.push(notice);
    if (resting) return;
    resting = true;
    setImmediate(sendAndRest);
  };

  return {
    observe,
    heard(count: number) {
      unheard -= count;
      if (!dropped || unheard > MOST_UNHEARD / 2) return;
      dropped = false;
      // First what came before the gap: whoever looks into the store goes on from the last that was heard.
      flush();
      fallBehind();
    },
    flush,
  };
}
