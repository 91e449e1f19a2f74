import { connect } from "node:net";
import type { AttemptSummary } from "../core/attempt.ts";
import { systemCode } from "../core/errors.ts";
import type { Target } from "../core/target.ts";

interface TargetWatchOptions {
  readonly target: Target;
  /** Hears what is wrong with the target, or `null`; may be told the same again. */
  readonly onProblem: (problem: string | null) => void;
}

export interface TargetWatch {
  /** What became of a delivery says more than a connection. */
  attempted(attempt: AttemptSummary): void;
  close(): void;
}

const LOOK_EVERY_MS = 5_000;
/** While nobody listens: a server that is being started is waited for. */
const LOOK_AGAIN_MS = 1_000;
const CONNECT_MS = 1_000;

/** Knows whether somebody listens at the target: from the attempts, and on this machine by connecting to it. */
export function watchTarget({ target, onProblem }: TargetWatchOptions): TargetWatch {
  // Another machine is asked for nothing but what is delivered.
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(target.hostname);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  if (isHere) void look();

  async function look(): Promise<void> {
    const listens = await isListening(target);
    if (isClosed) return;
    onProblem(listens ? null : `deliveries arrive and are kept, but nothing listens at ${target.origin}`);
    timer = setTimeout(look, listens ? LOOK_EVERY_MS : LOOK_AGAIN_MS);
    timer.unref();
  }

  return {
    attempted({ target: url, outcome, problem }) {
      if (isClosed || !url.startsWith(target.origin)) return;
      if (outcome === "refused") onProblem(`deliveries arrive and are kept, but ${problem}`);
      else if (outcome === "responded") onProblem(null);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** A target that takes its time is not told from one that listens: only a refusal is certain. */
function isListening({ hostname, port }: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port, timeout: CONNECT_MS });
    const found = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.once("connect", () => found(true));
    socket.once("timeout", () => found(true));
    socket.once("error", (error) => found(systemCode(error) !== "ECONNREFUSED"));
  });
}
