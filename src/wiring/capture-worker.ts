import { setTimeout as wait } from "node:timers/promises";
import type { HandedOver } from "../core/actions.ts";
import { type AppError, type ErrorRecord, fromErrorRecord, toErrorRecord } from "../core/errors.ts";
import type { Notice, Observer } from "../core/notice.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { CaptureSettings, FromCaptureThread, ToCaptureThread } from "./capture-protocol.ts";
import { startThread } from "./threads.ts";

/** The main thread's end of the capture thread. */
export interface CaptureWorker {
  readonly port: number;
  readonly forgePort: number;
  /** From now on, what is forged is checked by these secrets too, by provider. */
  expectForged(secrets: Readonly<Record<string, string>>): void;
  /** Looks into the store whether to hold or to resume. */
  look(): void;
  /** Hands over what is owed to the target. */
  deliverOwed(): Promise<HandedOver>;
  /** From now on the tunnel is one that says in this header field who sent a request. */
  believe(clientAddressHeader: string | null): void;
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

/** How long the end waits for an observer to hear the rest. */
const LAST_WORDS_MS = 1_000;

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
  let believed = settings.clientAddressHeader;
  const end = new AbortController();

  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));

  /** Resolves when the observer is ready for more. */
  async function tellAll(notices: readonly Notice[]) {
    let told: unknown;
    for (const notice of notices) {
      // Catching up may have told of it already: numbers ascend.
      if (notice.type === "delivery") {
        if (notice.delivery.id <= lastDelivery) continue;
        lastDelivery = notice.delivery.id;
      }
      if (notice.type === "attempt") {
        if (notice.attempt.id <= lastAttempt) continue;
        lastAttempt = notice.attempt.id;
      }
      told = observer(notice);
    }
    await told;
  }

  // What was dropped comes after what was heard: there is always a notice to go on from.
  async function catchUp() {
    const reader = options.reader();
    for (let more = true; more; ) {
      const deliveries = reader.deliveriesAfter(lastDelivery, CATCH_UP);
      const attempts = reader.attemptsAfter(lastAttempt, CATCH_UP);
      await tellAll(deliveries.map((delivery) => ({ type: "delivery", delivery })));
      await tellAll(attempts.map((attempt) => ({ type: "attempt", attempt })));
      more = deliveries.length === CATCH_UP || attempts.length === CATCH_UP;
    }
  }

  // One after the other, so that what catching up tells is not overtaken by what is new.
  let turn = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    turn = turn.then(work);
  };

  async function fetchKeys(url: string) {
    // Loaded only where keys are wanted: few providers publish any.
    const { fetchKeySet } = await import("./key-sets.ts");
    const outcome = await fetchKeySet(url, { dir: settings.dir, now: Date.now(), signal: end.signal });
    if (!stopping) send({ type: "keys", url, outcome });
  }

  let owed: PromiseWithResolvers<HandedOver> | undefined;

  function deliverOwed(): Promise<HandedOver> {
    if (owed) return owed.promise;
    owed = Promise.withResolvers();
    send({ type: "deliver-owed" });
    return owed.promise;
  }

  function settleOwed(outcome: HandedOver | ErrorRecord) {
    if ("code" in outcome) owed?.reject(fromErrorRecord(outcome));
    else owed?.resolve(outcome);
    owed = undefined;
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
          return inTurn(async () => {
            await tellAll(message.notices);
            send({ type: "heard", count: message.notices.length });
          });
        case "behind":
          return inTurn(catchUp);
        case "keys-wanted":
          return void fetchKeys(message.url);
        case "delivered-owed":
          return settleOwed(message.outcome);
        case "trouble":
          return options.onTrouble(fromErrorRecord(message.error));
        case "failed":
          return reject(fromErrorRecord(message.error));
        case "listening":
          return resolve({
            port: message.port,
            forgePort: message.forgePort,
            expectForged: (secrets) => send({ type: "expect-forged", secrets }),
            look: () => send({ type: "look" }),
            deliverOwed,
            believe: (header) => {
              if (header === believed) return;
              believed = header;
              send({ type: "believe", clientAddressHeader: header });
            },
            async stop(graceMs) {
              stopping = true;
              end.abort();
              send({ type: "stop", graceMs });
              await exited;
              // What is still to be told must not wait for a reader that has stopped reading.
              await Promise.race([turn, wait(LAST_WORDS_MS, undefined, { ref: false })]);
            },
          });
      }
    });
  });
}
