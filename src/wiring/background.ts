import { AppError } from "../core/errors.ts";
import type { BackgroundSettings, FromBackgroundThread } from "./standing-rules.ts";
import { startThread } from "./threads.ts";

interface BackgroundOptions extends BackgroundSettings {
  readonly onForgotten: (ids: readonly number[]) => void;
  readonly onTrouble: (error: AppError) => void;
}

/** How long after the start the background thread begins: the first delivery comes first. */
const DELAY_MS = 1_000;

/** Does in a thread of its own what must happen some time and must not delay a delivery. Returns what ends it. */
export function startBackground({
  onForgotten,
  onTrouble,
  ...settings
}: BackgroundOptions): () => Promise<void> {
  let end = async () => {};
  const starting = setTimeout(() => {
    const thread = startThread("background-thread", settings);
    const ended = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
    thread.on("message", ({ forgotten }: FromBackgroundThread) => onForgotten(forgotten));
    thread.on("error", (cause) => onTrouble(stopped(cause)));
    end = () => {
      thread.postMessage("stop");
      return ended;
    };
  }, DELAY_MS);
  return () => {
    clearTimeout(starting);
    return end();
  };
}

function stopped(cause: unknown): AppError {
  return new AppError(
    `the work in the background has stopped: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      code: "E_BACKGROUND",
      fault: "environment",
      hint: "Capturing goes on, but searches get slower and nothing is forgotten by itself: start hookspool again.",
      cause,
    },
  );
}
