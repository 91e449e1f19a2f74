import { openConnection } from "../support/raw-client.ts";
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
  /** Connections from here on belong to the next run; resolves when all before have been accepted. */
  nextRun(): Promise<void>;
}

/** A handler that answers 200 after a while and remembers what it was handed, by path. */
export async function startCountingHandler(answerAfterMs: () => number): Promise<CountingHandler> {
  const handed: Handed[] = [];
  const runs = new WeakMap<object, number>();
  let run = 0;
  const handler = await startHandler(
    (socket, { start }) => {
      const name = start.split(" ")[1] ?? "";
      if (name !== "/last") handed.push({ name, run: runs.get(socket) ?? run });
      setTimeout(() => socket.write(ok), answerAfterMs());
    },
    { forgetBodies: true, onConnection: (socket) => void runs.set(socket, run) },
  );
  return {
    port: handler.port,
    handed,
    async nextRun() {
      // What a killed process opened waits in the same queue, before this one.
      const last = await openConnection(handler.port);
      last.send("GET /last HTTP/1.1\r\nHost: h\r\n\r\n");
      await last.answer();
      last.close();
      run += 1;
    },
  };
}
