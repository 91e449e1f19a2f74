import { AppError } from "../core/errors.ts";
import { type MediumFacts, readMedium } from "../inspect/medium-facts.ts";

/** What is read of a file at most, in bytes: what its kind and dimensions need. */
const MOST_READ_BYTES = 128 * 1024;

/** For the answer and its beginning, in ms. */
const LIMIT_MS = 10_000;

/**
 * Asks a file's server for its beginning. Nothing but the address goes there: no cookies, no referrer, no
 * credentials. It is for a person to want, since the server learns of it.
 *
 * @throws {AppError} E_OUTPUT
 */
export async function askOutput(text: string): Promise<MediumFacts> {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw problem("it is not an address of the web");
  if (url.username !== "" || url.password !== "") throw problem("its address holds a password");
  const signal = AbortSignal.timeout(LIMIT_MS);
  try {
    const headers = { Range: `bytes=0-${MOST_READ_BYTES - 1}`, "Accept-Encoding": "identity" };
    const response = await fetch(url, {
      headers,
      signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw problem(`its server answered ${response.status}`);
    }
    const { type, dimensions } = readMedium(await beginningOf(response));
    return { type: type ?? mediaType(response), bytes: lengthOf(response), dimensions };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw problem(signal.aborted ? "its server takes too long" : "its server was not reached", error);
  }
}

/** A server may send more than it was asked for. */
async function beginningOf({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (!body) return new Uint8Array();
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MOST_READ_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_READ_BYTES);
}

function lengthOf({ headers, status }: Response): number | null {
  const total = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  const length = status === 206 ? total : headers.get("content-length");
  return length == null ? null : Number(length);
}

const mediaType = ({ headers }: Response) => headers.get("content-type")?.split(";")[0]?.trim() ?? null;

const problem = (why: string, cause?: unknown) =>
  new AppError(why, { code: "E_OUTPUT", fault: "network", hint: "o opens it in the browser.", cause });
