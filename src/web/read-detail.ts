import type { Attempt } from "../core/attempt.ts";
import type { DeliverySummary } from "../core/delivery.ts";
import type { DeliveryReader, StoredBody } from "../core/ports.ts";
import { asText } from "../inspect/dump.ts";
import { mediaIn } from "../inspect/media.ts";
import { redactAttempt, redactHeaders, redactPath } from "../inspect/redact.ts";
import type { Content, Detail, ShownAttempt } from "./protocol.ts";

/** Of a body, at most this much goes to the page at once. */
const SHOWN_BODY_BYTES = 256 * 1024;

/** More deliveries of one job than these are not shown. */
const MOST_OF_A_JOB = 200;

/** Everything the page shows of one delivery; `undefined` where it is gone. */
export async function readDetail(reader: DeliveryReader, id: number): Promise<Detail | undefined> {
  const delivery = reader.delivery(id);
  const stored = reader.body(id);
  if (!delivery || !stored) return undefined;
  const body = content(await beginningOf(stored, SHOWN_BODY_BYTES), stored.size);
  return {
    delivery: { ...delivery, ...masked(delivery), headers: redactHeaders(delivery.headers) },
    body,
    attempts: reader.attempts(id).map(shownAttempt),
    job:
      delivery.job === null
        ? []
        : reader.list({ job: delivery.job }, { limit: MOST_OF_A_JOB }).reverse().map(masked),
    media: body.encoding === "utf8" ? mediaIn(body.data) : [],
  };
}

/** A delivery as it is shown: what in its path could be used again is masked. */
export function masked(delivery: DeliverySummary): DeliverySummary {
  return { ...delivery, path: redactPath(delivery.path) };
}

/** The first bytes of a body, read no further than that. */
async function beginningOf(body: StoredBody, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.stream()) {
    // A chunk is good until the next is asked for.
    chunks.push(chunk.slice());
    size += chunk.length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

function shownAttempt(attempt: Attempt): ShownAttempt {
  const { response, ...shown } = redactAttempt(attempt);
  return {
    ...shown,
    response: response && {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
      body: content(response.body.subarray(0, SHOWN_BODY_BYTES), response.bytes),
    },
  };
}

function content(bytes: Uint8Array, size: number): Content {
  const text = asText(bytes);
  const isCut = size > bytes.length;
  return text === undefined
    ? { encoding: "base64", data: Buffer.from(bytes).toString("base64"), size, isCut }
    : { encoding: "utf8", data: text, size, isCut };
}
