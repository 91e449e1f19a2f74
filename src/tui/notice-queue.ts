import type { Notice, Observer } from "../core/notice.ts";

/** Past this many that nobody has looked at, the store is the better source. */
const MOST_WAITING = 5_000;

interface QueueOptions {
  /** Called at most once in this time, with all that came meanwhile. */
  readonly everyMs: number;
  readonly take: (notices: readonly Notice[]) => void;
  /** Called instead when too many came. */
  readonly fellBehind: () => void;
}

/** Notices in batches, so that the screen is drawn as often for ten deliveries a second as for ten thousand. */
export function createNoticeQueue({ everyMs, take, fellBehind }: QueueOptions) {
  let waiting: Notice[] = [];
  let dropped = false;
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;

  function flush() {
    timer = undefined;
    last = performance.now();
    const notices = waiting;
    waiting = [];
    if (dropped) fellBehind();
    else take(notices);
    dropped = false;
  }

  const observe: Observer = (notice) => {
    if (dropped) return;
    if (waiting.length === MOST_WAITING) {
      waiting = [];
      dropped = true;
    } else waiting.push(notice);
    timer ??= setTimeout(flush, Math.max(0, last + everyMs - performance.now()));
  };

  return { observe, stop: () => clearTimeout(timer) };
}
