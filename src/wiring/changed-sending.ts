import { createHash } from "node:crypto";
import type { Delivery } from "../core/delivery.ts";
import type { StoredBody } from "../core/ports.ts";
import { changedHeaders, type SendableRequest } from "../inspect/resign.ts";
import type { Sending } from "./sending.ts";

/** A stored delivery otherwise than it came; the attempt says what is different. */
export function asChanged(delivery: Delivery, { headers, path, body }: SendableRequest): Sending {
  const digest = createHash("sha256").update(body).digest("hex");
  return {
    delivery,
    head: { ...delivery, headers, path },
    body: inMemory(body),
    onRecord: (made) => ({
      ...made,
      changes: {
        ...made.changes,
        set: [...changedHeaders(delivery.headers, headers), ...made.changes.set],
        ...(digest === delivery.digest ? {} : { body: digest }),
      },
    }),
  };
}

const inMemory = (bytes: Uint8Array): StoredBody => ({
  size: bytes.byteLength,
  bytes: () => bytes,
  async *stream() {
    yield bytes;
  },
});
