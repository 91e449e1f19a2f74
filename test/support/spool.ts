import { unidentified } from "../../src/core/delivery.ts";
import type { Notice } from "../../src/core/notice.ts";
import { parseTarget } from "../../src/core/target.ts";
import { undecided } from "../../src/core/verdict.ts";
import { createCapture } from "../../src/spool/capture.ts";
import type { CaptureLimits } from "../../src/spool/capture-limits.ts";
import { type Credentials, createDoorkeeper } from "../../src/spool/credential.ts";
import { createForwarder } from "../../src/spool/forward.ts";
import { createPipeline, type Inspection } from "../../src/spool/pipeline.ts";
import { createRoom, defaultRoom, type RoomLimits } from "../../src/spool/room.ts";
import type { TurnLimits } from "../../src/spool/turns.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { atTheEnd, temporaryFolder } from "./cleanup.ts";

interface SpoolOptions {
  readonly target: string | number;
  readonly limits?: Partial<CaptureLimits>;
  readonly maxBodyBytes?: number;
  readonly paths?: readonly string[];
  readonly timeoutMs?: number;
  readonly insecure?: boolean;
  readonly ca?: string;
  readonly room?: Partial<RoomLimits>;
  readonly turns?: TurnLimits;
  readonly credentials?: Credentials;
  readonly clientAddressHeader?: string;
}

/** The way of a delivery within this process, over real sockets and files: for limits that no flag sets. */
export interface Spool {
  readonly port: number;
  readonly dir: string;
  readonly store: Store;
  readonly notices: Notice[];
  /** The next notice of this type that has not been asked for yet. */
  next<Type extends Notice["type"]>(type: Type): Promise<Extract<Notice, { type: Type }>>;
  /** What a Ctrl-C does once its patience is over. */
  abort(): void;
  close(): Promise<void>;
}

const nothingKnown: Inspection = {
  identity: unidentified,
  verification: undecided("no secret is known"),
  timeoutMs: undefined,
};

export async function startSpool(options: SpoolOptions): Promise<Spool> {
  const { target, limits = {}, maxBodyBytes = 1024 ** 3, paths = [], timeoutMs = 10_000 } = options;
  const dir = temporaryFolder();
  const store = openStore(dir);
  const notices: Notice[] = [];
  const asked = new Map<string, number>();
  const waiting: { type: string; resolve: (notice: never) => void }[] = [];
  const deal = () => {
    for (const one of [...waiting]) {
      const count = asked.get(one.type) ?? 0;
      const notice = notices.filter(({ type }) => type === one.type)[count];
      if (!notice) continue;
      asked.set(one.type, count + 1);
      waiting.splice(waiting.indexOf(one), 1);
      one.resolve(notice as never);
    }
  };
  const observer = (notice: Notice) => {
    notices.push(notice);
    deal();
  };

  const forwarder = createForwarder({ insecure: options.insecure, ca: options.ca, turns: options.turns });
  const pipeline = createPipeline({
    writer: store.writer,
    forwarder,
    target: parseTarget(String(target)),
    inspect: () => nothingKnown,
    enforce: false,
    timeoutMs,
    observer,
    onStoreFailure: (error) => {
      throw error;
    },
  });
  const capture = createCapture({
    origin: "captured",
    pipeline,
    writer: store.writer,
    observer,
    room: createRoom({ ...defaultRoom, ...options.room }),
    maxBodyBytes,
    paths,
    doorkeeper: createDoorkeeper(options.credentials ?? {}),
    clientAddressHeader: () => options.clientAddressHeader ?? null,
    onStoreFailure: (error) => {
      throw error;
    },
    answerProbe: () => null,
    limits,
  });
  const port = await capture.listen(0);
  let closed: Promise<void> | undefined;
  const close = async () => {
    pipeline.abort();
    capture.destroy();
    await capture.close();
    forwarder.close();
    await store.close();
  };
  atTheEnd(() => (closed ??= close()));
  return {
    port,
    dir,
    store,
    notices,
    next: (type) =>
      new Promise((resolve) => {
        waiting.push({ type, resolve });
        deal();
      }),
    abort: pipeline.abort,
    close: () => (closed ??= close()),
  };
}
