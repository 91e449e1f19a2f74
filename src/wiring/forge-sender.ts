import type { AttemptSummary } from "../core/attempt.ts";
import type { AppError } from "../core/errors.ts";
import type { Notice, Observer } from "../core/notice.ts";
import type { Ready } from "../core/ready.ts";
import type { ForgedDelivery } from "../inspect/forge.ts";
import { DEFAULT_CONCURRENCY } from "../spool/forward.ts";
import { postForged } from "./post-forged.ts";
import { openSession, type SessionSettings } from "./session.ts";

interface ForgeSenderOptions
  extends Pick<SessionSettings, "dir" | "target" | "timeoutMs" | "insecure" | "ca" | "secrets"> {
  /** Whose every delivery is taken to be; `undefined`: told apart. */
  readonly provider: string | undefined;
  readonly observer: Observer;
}

/** Sends what was forged the way that captured deliveries take. */
export interface ForgeSender {
  readonly ready: Promise<Ready>;
  /** Where forged deliveries come in. */
  readonly url: string;
  /**
   * Resolves with the handler's answer when it is on record.
   *
   * @throws {AppError} the delivery could not be kept.
   */
  send(delivery: ForgedDelivery): Promise<AttemptSummary>;
  close(): Promise<void>;
}

/**
 * Opens a capture endpoint that no tunnel leads to.
 *
 * @throws {AppError} what is wrong with the target or the data directory
 */
export async function openForgeSender({
  provider,
  observer,
  ...settings
}: ForgeSenderOptions): Promise<ForgeSender> {
  let answered = (_attempt: AttemptSummary) => {};
  let failed = (_error: unknown) => {};
  const fail = (error: AppError) => failed(error);
  const session = await openSession({
    settings: {
      ...settings,
      provider,
      port: 0,
      paths: [],
      clientAddressHeader: null,
      maxBodyBytes: LARGEST_BODY_BYTES,
      concurrency: DEFAULT_CONCURRENCY,
      verify: "report",
      tunnel: "none",
      tunnelHost: undefined,
      subdomain: undefined,
      publicUrl: undefined,
      probeIntervalMs: undefined,
    },
    project: settings.dir,
    observer(notice: Notice) {
      observer(notice);
      if (notice.type === "attempt") answered(notice.attempt);
    },
    onTrouble: fail,
    onCrash: fail,
  });
  return {
    ready: session.ready,
    url: session.forgeUrl,
    send: (delivery) =>
      new Promise((resolve, reject) => {
        answered = resolve;
        failed = reject;
        postForged(session.forgeUrl, delivery).catch(reject);
      }),
    close: () => session.stop(GRACE_MS),
  };
}

const LARGEST_BODY_BYTES = 1024 ** 3;

/** The answer has been recorded when this begins. */
const GRACE_MS = 1_000;
