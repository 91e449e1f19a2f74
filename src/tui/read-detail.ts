import { INLINE_BODY_BYTES } from "../core/delivery.ts";
import type { DeliveryReader, StoredBody } from "../core/ports.ts";
import { SHOWN_BODY_BYTES } from "./body-lines.ts";
import type { Detail } from "./state.ts";

/** More deliveries of one job than these are not shown. */
const MOST_OF_A_JOB = 200;

/** Everything the tabs show of one delivery, at once where its body is small; `null` where it is gone. */
export function readDetail(reader: DeliveryReader, id: number): Detail | null | Promise<Detail | null> {
  const delivery = reader.delivery(id);
  const stored = reader.body(id);
  if (!delivery || !stored) return null;
  const withBody = (body: Uint8Array): Detail => ({
    delivery,
    body,
    attempts: reader.attempts(id),
    job: delivery.job === null ? [] : reader.list({ job: delivery.job }, { limit: MOST_OF_A_JOB }).reverse(),
  });
  return stored.size <= INLINE_BODY_BYTES ? withBody(stored.bytes()) : beginningOf(stored).then(withBody);
}

/** A large body is in a file: only as much of it is read as is shown. */
async function beginningOf(body: StoredBody): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.stream()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= SHOWN_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, SHOWN_BODY_BYTES);
}
