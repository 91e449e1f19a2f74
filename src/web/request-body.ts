import type { IncomingMessage } from "node:http";
import { AppError } from "../core/errors.ts";

/** What a person edits in a browser is smaller. */
const MOST_BYTES = 8 * 1024 * 1024;

/** @throws {AppError} E_TOO_LARGE */
export async function requestBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The request's body as a JSON object.
 *
 * @throws {AppError} E_BAD_REQUEST, E_TOO_LARGE
 */
export async function requestObject(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = Buffer.from(await requestBody(request)).toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new AppError("the request is no JSON object", { code: "E_BAD_REQUEST", fault: "user", hint: "" });
}

function tooLarge(): AppError {
  return new AppError("the edited body is too large to be sent from here", {
    code: "E_TOO_LARGE",
    fault: "user",
    hint: 'Use "hookspool replay --edit".',
  });
}
