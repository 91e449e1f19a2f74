import type { NewAttempt } from "../core/attempt.ts";
import type { Delivery, RequestHead } from "../core/delivery.ts";
import { AppError } from "../core/errors.ts";
import type { DeliveryReader, StoredBody } from "../core/ports.ts";

/** What goes to a target again, and how the attempt at it is put on record. */
export interface Sending {
  readonly delivery: Delivery;
  readonly head: RequestHead;
  readonly body: StoredBody;
  onRecord(made: NewAttempt): NewAttempt;
}

/**
 * A stored delivery as it came.
 *
 * @throws {AppError} E_NOT_KEPT
 */
export function asStored(id: number, reader: Pick<DeliveryReader, "delivery" | "body">): Sending {
  const delivery = reader.delivery(id);
  const body = reader.body(id);
  if (!delivery || !body || delivery.refusal === "body-too-large") throw notKept(id);
  return { delivery, head: delivery, body, onRecord: (made) => made };
}

function notKept(id: number): AppError {
  return new AppError(`delivery ${id} was not kept, so it cannot be sent again`, {
    code: "E_NOT_KEPT",
    fault: "user",
    hint: "It was forgotten, or larger than --max-body allowed when it came.",
  });
}
