import type { Actions } from "../core/actions.ts";
import type { AttemptSummary } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { Observer } from "../core/notice.ts";
import type { Target } from "../core/target.ts";
import { type SendableRequest, withBody } from "../inspect/resign.ts";
import type { Store } from "../store/store.ts";
import { asChanged } from "./changed-sending.ts";
import type { Outputs } from "./outputs.ts";
import { type Asking, createReplayer } from "./replayer.ts";
import { asStored, type Sending } from "./sending.ts";
import { signerFor } from "./signer.ts";

interface ResenderOptions {
  readonly dir: string;
  readonly store: Store;
  readonly asking: Asking;
  /** @throws {AppError} E_NO_TARGET */
  readonly targetOf: (delivery: DeliverySummary) => Target;
  readonly outputs: Outputs;
  readonly observer: Observer;
}

/** Sends stored deliveries again as a person asks: as they came, signed anew, or edited. */
export interface Resender extends Pick<Actions, "replay" | "replayResigned" | "sendEdited"> {
  /** Breaks off what is still with a handler; resolves when that is on disk. */
  stop(): Promise<void>;
}

export function createResender({ dir, store, targetOf, outputs, ...options }: ResenderOptions): Resender {
  const replayer = createReplayer({ store, ...options });

  async function send(sending: Sending): Promise<AttemptSummary> {
    if (sending.delivery.origin === "forged") await outputs.serveAgain([sending.body]);
    return replayer.send(sending, targetOf(sending.delivery));
  }

  /** What is stored, as it can be changed. */
  function changeable(id: number) {
    const { delivery, body } = asStored(id, store.reader);
    const { headers, path } = delivery;
    return { delivery, request: { headers, path, body: body.bytes() } satisfies SendableRequest };
  }

  return {
    replay: async (id) => send(asStored(id, store.reader)),
    async replayResigned(id) {
      const { delivery, request } = changeable(id);
      return send(asChanged(delivery, signerFor(delivery, dir).sign(request, Date.now())));
    },
    async sendEdited({ of, body, signs }) {
      const { delivery, request } = changeable(of);
      const edited = withBody(request, body);
      const sent = signs ? signerFor(delivery, dir).sign(edited, Date.now()) : edited;
      return send(asChanged(delivery, sent));
    },
    stop: replayer.stop,
  };
}
