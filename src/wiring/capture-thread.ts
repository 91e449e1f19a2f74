/**
 * The capture thread: HTTP front, group commit, forwarding. It shares no event loop with anything that draws,
 * and tells the main thread what happened after the fact.
 */
import { parentPort, workerData } from "node:worker_threads";
import { AppError, systemCode, toErrorRecord } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import { answerProbe } from "../core/probe.ts";
import { parseTarget } from "../core/target.ts";
import { createCapture } from "../spool/capture.ts";
import { createDoorkeeper } from "../spool/credential.ts";
import { createForwarder, MOST_WAITING } from "../spool/forward.ts";
import { gatherTurnedAway } from "../spool/gather-turned-away.ts";
import { createPipeline, type Inspect } from "../spool/pipeline.ts";
import { createRoom, defaultRoom } from "../spool/room.ts";
import { dataDirectoryError, openStore, type Store } from "../store/store.ts";
import { createDeferring } from "./capture-deferring.ts";
import { announcePresence } from "./capture-presence.ts";
import {
  type CaptureSettings,
  type FromCaptureThread,
  lastTargetKey,
  type ToCaptureThread,
} from "./capture-protocol.ts";
import { takeTimings } from "./capture-timings.ts";
import { deliverOwedTo } from "./deliver-owed.ts";
import { createInspect } from "./inspection.ts";
import { createKeyRing } from "./key-ring.ts";
import { createLateVerdicts } from "./late-verdicts.ts";
import { createNoticeBatcher } from "./notice-batcher.ts";
import { watchStore } from "./watch-store.ts";

const port = parentPort;
if (!port) throw new Error("capture-thread runs as a worker thread");
const settings = workerData as CaptureSettings;
const post = (message: FromCaptureThread) => port.postMessage(message);

try {
  await start();
} catch (error) {
  post({ type: "failed", error: toErrorRecord(error) });
  port.close();
}

async function start() {
  const timingsFile = process.env.HOOKSPOOL_TIMINGS;
  const timings = timingsFile === undefined ? undefined : takeTimings(timingsFile);
  const onStoreFailure = (error: unknown) =>
    post({ type: "trouble", error: toErrorRecord(dataDirectoryError(settings.dir, error)) });
  const store = openStore(settings.dir, { checkpoints: "elsewhere", onHeldUp: onStoreFailure });
  const writer = timings ? timings.timed(store.writer) : store.writer;
  const leave = announce(store);
  const batcher = createNoticeBatcher({
    send: (notices) => post({ type: "notices", notices }),
    fallBehind: () => post({ type: "behind" }),
  });
  const keyRing = createKeyRing({ ...settings, now: Date.now });
  const inspectCaptured = createInspect({ ...settings, keyRing });
  const forgedSecrets = { ...settings.secrets };
  let inspectForged = inspectCaptured;
  const inspect: Inspect = (head, body) =>
    head.origin === "forged" ? inspectForged(head, body) : inspectCaptured(head, body);
  const lateVerdicts = createLateVerdicts({
    keyRing,
    inspect,
    store,
    observer: batcher.observe,
    fetchKeys: (url) => post({ type: "keys-wanted", url }),
  });
  const gatherer = gatherTurnedAway(batcher.observe);
  const observer: Observer = (notice) => {
    gatherer.observe(notice);
    if (settings.verify !== "off") lateVerdicts.observe(notice);
  };
  const forwarder = createForwarder({
    insecure: settings.insecure,
    ca: settings.ca,
    turns: { atOnce: settings.concurrency, waiting: MOST_WAITING },
  });
  const target = parseTarget(settings.target);
  const { timeoutMs, concurrency } = settings;
  const deferring =
    settings.deferring &&
    createDeferring({
      ...{ store, forwarder, target, timeoutMs, concurrency, observer, onStoreFailure },
      settings: settings.deferring,
    });
  const pipeline = createPipeline({
    writer,
    forwarder,
    target,
    inspect,
    deferring,
    enforce: settings.verify === "enforce",
    timeoutMs,
    observer,
    onStoreFailure,
  });
  const front = {
    pipeline,
    writer,
    observer: gatherer.observe,
    room: createRoom(defaultRoom),
    onStoreFailure,
    maxBodyBytes: settings.maxBodyBytes,
    paths: settings.paths,
    answerProbe: (path: string) => settings.probe && answerProbe(path, settings.probe),
  };
  let { clientAddressHeader } = settings;
  const capture = createCapture({
    ...front,
    origin: "captured",
    doorkeeper: createDoorkeeper(settings.credentials ?? {}),
    clientAddressHeader: () => clientAddressHeader,
  });
  // What we forge ourselves takes the same way, from a port that no tunnel leads to.
  const forge = createCapture({ ...front, origin: "forged", paths: [] });
  post({
    type: "listening",
    port: await listen(capture.listen, settings.port),
    forgePort: await forge.listen(0),
  });
  // Not before it listens: a session that cannot start is to leave no hold behind.
  deferring?.begin();
  const watching = deferring && watchStore(store, deferring.look, onStoreFailure);

  port?.on("message", (message: ToCaptureThread) => {
    if (message.type === "heard") batcher.heard(message.count);
    else if (message.type === "believe") clientAddressHeader = message.clientAddressHeader;
    else if (message.type === "keys") lateVerdicts.settle(message.url, message.outcome).catch(onStoreFailure);
    else if (message.type === "expect-forged") expectForged(message.secrets);
    else if (message.type === "look") watching?.look();
    else if (message.type === "deliver-owed") void deliverOwed();
    else void stop(message.graceMs);
  });

  function expectForged(more: Readonly<Record<string, string>>) {
    const secrets = Object.assign(forgedSecrets, more);
    const keyRing = createKeyRing({ ...settings, secrets, now: Date.now });
    // It is forged in the likeness of any, also where all that is captured is one provider's.
    inspectForged = createInspect({ ...settings, provider: undefined, secrets, keyRing });
  }

  async function deliverOwed() {
    const done =
      deferring?.deliverOwed() ??
      deliverOwedTo({ store, forwarder, target, timeoutMs, concurrency, observer }).done;
    const outcome = await done.catch(toErrorRecord);
    post({ type: "delivered-owed", outcome });
  }

  async function stop(graceMs: number) {
    watching?.stop();
    const answered = Promise.all([capture.close(), forge.close(), deferring?.stop()]);
    const cut = () => {
      capture.destroy();
      forge.destroy();
    };
    let timer = setTimeout(() => {
      pipeline.abort();
      deferring?.abort();
      // Those with a handler are told so before; what is left is still sending.
      timer = setTimeout(cut, LAST_WORD_MS);
    }, graceMs);
    await answered;
    clearTimeout(timer);
    cut();
    forwarder.close();
    lateVerdicts.close();
    leave();
    timings?.write();
    await store.close();
    gatherer.flush();
    batcher.flush();
    port?.close();
  }
}

/**
 * @throws {AppError} E_DATA_DIRECTORY
 */
function announce(store: Store): () => void {
  const { dir, target, deferring, remembersTarget } = settings;
  try {
    if (remembersTarget && store.recall(lastTargetKey) !== target) store.remember(lastTargetKey, target);
    if (deferring?.early) store.reconsider(target);
    return announcePresence(store, { promisesTo: deferring ? target : null });
  } catch (error) {
    throw dataDirectoryError(dir, error);
  }
}

const LAST_WORD_MS = 500;

async function listen(open: (port: number) => Promise<number>, wanted: number): Promise<number> {
  try {
    return await open(wanted);
  } catch (error) {
    const taken = systemCode(error) === "EADDRINUSE";
    throw new AppError(
      taken ? `port ${wanted} is taken by another program` : `port ${wanted} cannot be listened on`,
      {
        code: "E_PORT",
        fault: "user",
        hint: "Name another with --port, or leave it out to get a free one.",
        cause: error,
      },
    );
  }
}
