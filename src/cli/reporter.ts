import type { AppError } from "../core/errors.ts";
import { toErrorRecord } from "../core/errors.ts";
import type { Notice, Observer } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import { errorLine, jsonLine, noticeLine, readyLine } from "../log/json.ts";
import { noticeText, readyText } from "../log/lines.ts";
import type { Session } from "../wiring/session.ts";
import type { Context } from "./context.ts";
import { dirFlag, withFlag } from "./dir-flag.ts";

/** What `listen` and `demo` say while they run: data on stdout, talk on stderr. */
export interface Reporter {
  readonly observe: Observer;
  /** Capturing has begun; the tunnel may still be on its way. */
  opened(session: Session): void;
  ready(ready: Ready, caution: string | undefined): void;
  /** The store could not take something. */
  trouble(error: AppError): void;
  stopping(): void;
  /** How many deliveries are owed, and whether forwarding stays held. */
  owed(count: number, isHeld: boolean): void;
}

export function createReporter(mode: "lines" | "json" | "quiet", context: Context): Reporter {
  const { style, talk } = context;
  const say = mode === "quiet" ? () => {} : talk;
  const data = {
    lines: (notice: Notice) => context.write(noticeText(notice, style)),
    json: (notice: Notice) => context.write(jsonLine(noticeLine(notice))),
    quiet: () => undefined,
  }[mode];
  let lastTrouble: { readonly message: string; readonly at: number } | undefined;
  let inTrouble = false;
  let lastTunnel = "";
  const rings = mode === "lines" && process.stderr.isTTY;

  return {
    observe(notice) {
      if (notice.type === "tunnel") {
        // A tunnel that is tried again and again for the same reason is no news.
        const { state, reason, endpoint } = notice.status;
        const news = [state, reason, endpoint].join(" ");
        if (news === lastTunnel) return undefined;
        lastTunnel = news;
      }
      if (rings && isMove(notice)) talk(BELL);
      if (notice.type === "delivery" && inTrouble) {
        inTrouble = false;
        talk("hookspool: deliveries are kept again.\n");
      }
      return data(notice);
    },
    opened() {},
    ready(ready, caution) {
      if (mode === "json") void context.write(jsonLine(readyLine(ready)));
      if (mode === "lines") void context.write(readyText(ready, style));
      if (mode === "lines" && ready.inspector !== null) say(`In a browser: ${ready.inspector}\n`);
      if (ready.endpoint === null && ready.tunnel !== "none")
        say(`There is no public endpoint yet; ${ready.local} works meanwhile.\n`);
      if (caution !== undefined && ready.endpoint !== null) say(`${caution}\n`);
    },
    trouble(error) {
      const { message, code } = error;
      const at = performance.now();
      // A full disk refuses every delivery: once in a while is enough to say why.
      if (lastTrouble?.message === message && at - lastTrouble.at < TROUBLE_EVERY_MS) return;
      lastTrouble = { message, at };
      inTrouble = true;
      const hint = withFlag(error.hint, dirFlag(context));
      talk(`hookspool: ${message} (${code}). ${hint}\n`);
      if (mode === "json") void context.write(jsonLine(errorLine({ ...toErrorRecord(error), hint })));
    },
    stopping: () => say("Stopping: what is in flight has 5 s; Ctrl-C again ends at once.\n"),
    owed(count, isHeld) {
      const deliveries = count === 1 ? "1 delivery is" : `${count} deliveries are`;
      const flag = dirFlag(context);
      if (count > 0) say(`Owed: ${deliveries} waiting for a 2xx. To deliver: hookspool redeliver${flag}\n`);
      if (isHeld)
        say(`Forwarding is still held, also for the next listen. To end that: hookspool resume${flag}\n`);
    },
  };
}

/** To a terminal: whoever waits for a job must hear that its news will not come. */
export const BELL = "\u0007";

export const isMove = (notice: Notice) => notice.type === "tunnel" && notice.status.state === "moved";

/** The same trouble is told of at most this often, in ms. */
const TROUBLE_EVERY_MS = 10_000;
