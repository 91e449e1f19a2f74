import type { Attempt } from "../core/attempt.ts";
import type { Delivery } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";

/** A delivery with all that can be written down of it. What is secret has been masked, or is meant to be there. */
export interface ExportedDelivery {
  readonly delivery: Delivery;
  readonly body: Uint8Array;
  readonly attempts: readonly Attempt[];
  /** Where it went, or would go. */
  readonly url: string;
}

/** A request that was read from a file: strings have one character per byte, as everywhere. */
export interface ImportedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
  /** Milliseconds since the epoch; `null` where the file does not say. */
  readonly receivedAt: number | null;
  readonly httpVersion: string | null;
}

/** One way to write deliveries down. */
export interface Format {
  readonly name: string;
  readonly about: string;
  /** Of a file's name, without the dot. */
  readonly extension: string;
  /** Whether one document holds several deliveries. */
  readonly holdsMany: boolean;
  /** The document, piece by piece: one delivery is asked for at a time. Exactly one unless it holds many. */
  write(deliveries: Iterable<ExportedDelivery>): Iterable<string | Uint8Array>;
  /**
   * The requests in a document; `undefined` where it is not of this format. Absent where what is written is not
   * meant to be read back.
   *
   * @throws {AppError} E_BAD_FILE where it is of this format, but not as it should be
   */
  read?(document: Uint8Array): ImportedRequest[] | undefined;
}
