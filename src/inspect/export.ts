import { AppError } from "../core/errors.ts";
import type { DeliveryReader } from "../core/ports.ts";
import { parseTarget, urlAtTarget } from "../core/target.ts";
import type { ExportedDelivery, Format } from "../formats/_format.ts";
import { formats } from "../formats/_registry.ts";
import { redactExport } from "./redact.ts";

interface ExportOptions {
  /** Where a delivery goes that no attempt has been made at. */
  readonly target?: string | undefined;
  /** Leave signatures, tokens and cookies as they are. */
  readonly reveals?: boolean | undefined;
}

/** A larger body fits into no JSON string. */
const LARGEST_BODY_BYTES = 128 * 1024 * 1024;

const UNKNOWN_TARGET = "http://localhost:3000";

/**
 * A delivery as the formats write it down, its secrets masked; `undefined` where it is gone.
 *
 * @throws {AppError} E_TOO_LARGE
 */
export function exportDelivery(
  reader: DeliveryReader,
  id: number,
  { target, reveals = false }: ExportOptions = {},
): ExportedDelivery | undefined {
  const delivery = reader.delivery(id);
  const body = reader.body(id);
  if (!delivery || !body) return undefined;
  if (body.size > LARGEST_BODY_BYTES) throw tooLarge(id);
  const whole: ExportedDelivery = {
    delivery,
    body: body.bytes(),
    attempts: reader.attempts(id),
    url: urlAtTarget(parseTarget(delivery.lastTarget ?? target ?? UNKNOWN_TARGET), delivery.path),
  };
  return reveals ? whole : redactExport(whole);
}

/** The whole document at once, for a few deliveries. */
export const documentOf = (format: Format, deliveries: Iterable<ExportedDelivery>): Uint8Array =>
  Buffer.concat(
    [...format.write(deliveries)].map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)),
  );

/** @throws {AppError} E_NO_FORMAT */
export function formatNamed(name: string): Format {
  const format = formats.find((candidate) => candidate.name === name);
  if (format) return format;
  throw new AppError(`there is no format "${name}"`, {
    code: "E_NO_FORMAT",
    fault: "user",
    hint: `There are ${formats.map((candidate) => candidate.name).join(", ")}.`,
  });
}

function tooLarge(id: number): AppError {
  return new AppError(`the body of delivery ${id} is too large to be written into another file`, {
    code: "E_TOO_LARGE",
    fault: "user",
    hint: `Run "hookspool show ${id} --raw" for its bytes.`,
  });
}
