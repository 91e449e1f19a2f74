import { ok, startHandler } from "../support/raw-handler.ts";

/** One request that the handler had: which, and in which run of hookspool. */
interface Handed {
  readonly name: string;
  readonly run: number;
}

export interface CountingHandler {
  readonly port: number;
  /** In the order in which they came. */
  readonly handed: readonly Handed[];
  /** Connections from here on belong to the next run. */
  nextRun(): void;
}

/** A handler that answers 200 after a while and remembers what it was handed, by path. */
export async function startCountingHandler(answerAfterMs: () => number): Promise<CountingHandler> {
  const handed: Handed[] = [];
  const runs = new WeakMap<object, number>();
  let run = 0;
  const handler = await startHandler(
    (socket, { start }) => {
      handed.push({ name: start.split(" ")[1] ?? "", run: runs.get(socket) ?? run });
      setTimeout(() => socket.write(ok), answerAfterMs());
    },
    { forgetBodies: true, onConnection: (socket) => void runs.set(socket, run) },
  );
  return {
    port: handler.port,
    handed,
    nextRun: () => {
      run += 1;
    },
  };
}
