import type { IncomingMessage } from "node:http";

/**
 * Hands on what a message carries, piece by piece, and resolves at its end. A promise of `take` is waited for
 * before more is read; `enough` ends the reading, and the rest flows by unheard. An async iterator would do the
 * same at several times the price, which counts in messages of one piece.
 *
 * @throws what the message breaks off with, or `take` rejects with.
 */
export function eachChunk(
  message: IncomingMessage,
  take: (chunk: Uint8Array) => Promise<void> | "enough" | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let taking: Promise<void> | undefined;

    function onData(chunk: Uint8Array) {
      const taken = take(chunk);
      if (taken === "enough") return end();
      taking = taken;
      if (!taking) return;
      message.pause();
      taking.then(() => message.resume(), fail);
    }
    function end() {
      leave();
      resolve(taking);
    }
    function fail(error: unknown) {
      leave();
      message.resume();
      reject(error);
    }
    const onClose = () => fail(new Error("the message broke off"));
    function leave() {
      message.off("data", onData).off("end", end).off("error", fail).off("close", onClose);
    }

    message.on("data", onData).on("end", end).on("error", fail).on("close", onClose);
    if (message.destroyed) onClose();
  });
}
