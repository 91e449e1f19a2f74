import { type AppError, fromErrorRecord, toErrorRecord } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { CaptureSettings, FromCaptureThread, ToCaptureThread } from "./capture-protocol.ts";
import { startThread } from "./threads.ts";

/** The main thread's end of the capture thread. */
export interface CaptureWorker {
  readonly port: number;
  readonly forgePort: number;
  /** Lets what is in flight finish, for as long as `graceMs`; what is cut off stays owed. */
  stop(graceMs: number): Promise<void>;
}

interface CaptureWorkerOptions {
  readonly settings: CaptureSettings;
  /** Reads what the notices say was dropped. */
  readonly reader: () => DeliveryReader;
  readonly observer: Observer;
  /** The store could not take something; the sender was told to come again. */
  readonly onTrouble: (error: AppError) => void;
  /** The thread died. */
  readonly onCrash: (error: AppError) => void;
}

/** How much is read from the store in one go to catch up. */
const CATCH_UP = 1_000;

/**
 * Starts capturing; resolves when the front listens.
 *
 * @throws {AppError} E_PORT, E_DATA_DIRECTORY, E_NEWER_DATA
 */
export function startCapture(options: CaptureWorkerOptions): Promise<CaptureWorker> {
  const { settings, observer } = options;
  const worker = startThread("capture-thread", settings);
  const send = (message: ToCaptureThread) => worker.postMessage(message);
  let lastDelivery = 0;
  let lastAttempt = 0;
  let stopping = false;
  const end = new AbortController();

  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));

  const tell: Observer = (notice) => {
    // Catching up may have told of it already: numbers ascend.
    if (notice.type === "delivery") {
      if (notice.delivery.id <= lastDelivery) return;
      lastDelivery = notice.delivery.id;
    }
    if (notice.type === "attempt") {
      if (notice.attempt.id <= lastAttempt) return;
      lastAttempt = notice.attempt.id;
    }
    observer(notice);
  };

  // What was dropped comes after what was heard: there is always a notice to go on from.
  function catchUp() {
    const reader = options.reader();
    for (let more = true; more; ) {
      const deliveries = reader.deliveriesAfter(lastDelivery, CATCH_UP);
      const attempts = reader.attemptsAfter(lastAttempt, CATCH_UP);
      for (const delivery of deliveries) tell({ type: "delivery", delivery });
      for (const attempt of attempts) tell({ type: "attempt", attempt });
      more = deliveries.length === CATCH_UP || attempts.length === CATCH_UP;
    }
  }

  async function fetchKeys(url: string) {
    // Loaded only where keys are wanted: few providers publish any.
    const { fetchKeySet } = await import("./key-sets.ts");
    const outcome = await fetchKeySet(url, { dir: settings.dir, now: Date.now(), signal: end.signal });
    if (!stopping) send({ type: "keys", url, outcome });
  }

  return new Promise((resolve, reject) => {
    worker.on("error", (error) => {
      const record = fromErrorRecord(toErrorRecord(error));
      reject(record);
      if (!stopping) options.onCrash(record);
    });
    worker.on("message", (message: FromCaptureThread) => {
      switch (message.type) {
        case "notices":
          for (const notice of message.notices) tell(notice);
          return send({ type: "heard", count: message.notices.length });
        case "behind":
          return catchUp();
        case "keys-wanted":
          return void fetchKeys(message.url);
        case "trouble":
          return options.onTrouble(fromErrorRecord(message.error));
        case "failed":
          return reject(fromErrorRecord(message.error));
        case "listening":
          return resolve({
            port: message.port,
            forgePort: message.forgePort,
            async stop(graceMs) {
              stopping = true;
              end.abort();
              send({ type: "stop", graceMs });
              await exited;
            },
          });
      }
    });
  });
}
