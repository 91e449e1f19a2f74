import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { systemCode } from "../core/errors.ts";
import type { MediaAnswer, WebPorts } from "./ports.ts";
import { type MediaFacts, mediaHeader } from "./protocol.ts";

/** How long a file's server may take to begin, and then to go on, in ms. */
const PATIENCE_MS = 15_000;

/** A larger file is not shown in the page: it can be opened by itself. */
const MOST_SHOWN_BYTES = 64 * 1024 * 1024;

/**
 * Passes on a file that a delivery speaks of, fetched here: the page itself is never allowed to ask anybody else.
 * What kind of thing it is stands in a header that only the page reads; no browser shows this answer by itself.
 */
export async function sendMedia(
  url: string,
  response: ServerResponse,
  fetchMedia: WebPorts["fetchMedia"],
): Promise<void> {
  const ending = new AbortController();
  response.on("close", () => ending.abort());
  const patience = setTimeout(() => ending.abort(), PATIENCE_MS);
  let answer: MediaAnswer;
  try {
    answer = await fetchMedia(url, ending.signal);
  } catch (error) {
    clearTimeout(patience);
    return sendFacts(response, { status: null, type: null, size: null, problem: reasonOf(error) });
  }
  const { status, type, size, stream } = answer;
  const problem = problemOf(answer);
  if (problem !== null) {
    clearTimeout(patience);
    ending.abort();
    return sendFacts(response, { status, type, size, problem });
  }
  setHeaders(response, { status, type, size, problem });
  let sent = 0;
  await pipeline(async function* () {
    for await (const chunk of stream) {
      patience.refresh();
      sent += chunk.length;
      if (sent > MOST_SHOWN_BYTES) throw new Error("the file is larger than its server said");
      yield chunk;
    }
  }, response).catch(() => response.destroy());
  clearTimeout(patience);
}

function problemOf({ status, size }: MediaAnswer): string | null {
  if (status === 401 || status === 403) return `the link is not allowed any more, or needs a key (${status})`;
  if (status === 404 || status === 410) return `the file is not there any more (${status})`;
  if (status < 200 || status > 299) return `its server answered ${status}`;
  if (size !== null && size > MOST_SHOWN_BYTES) return "it is too large to be shown here";
  return null;
}

function sendFacts(response: ServerResponse, facts: MediaFacts): void {
  setHeaders(response, facts);
  response.end();
}

function setHeaders(response: ServerResponse, facts: MediaFacts): void {
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Content-Disposition", "attachment");
  response.setHeader(mediaHeader, encodeURIComponent(JSON.stringify(facts)));
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no server of that name",
  EAI_AGAIN: "its server's name could not be looked up",
  ECONNREFUSED: "no server answers there",
  ECONNRESET: "its server broke the connection off",
};

/** What `fetch` says is "fetch failed"; the cause knows more. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "AbortError") return "its server did not answer in time";
  const known = reasons[systemCode(error.cause) ?? ""];
  return known ?? (error.cause instanceof Error ? error.cause.message || error.message : error.message);
}
