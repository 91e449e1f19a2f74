import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from "node:http";
import { type HeaderPairs, pairsFromRaw } from "../../src/core/headers.ts";

/** What a handler does with a delivery, in the order in which it is done; each step can be done wrongly. */
export interface Steps {
  /** The answer to GET. */
  readonly get: number;
  readonly maxBodyBytes: number;
  /** Whether it was signed by whoever has the secret. An exception becomes a 500. */
  isGenuine(delivery: Delivery): boolean;
  /** The answer to a genuine delivery. */
  respond(message: Message): number | Promise<number>;
}

export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  /** In the order and spelling in which they came. */
  readonly rawHeaders: HeaderPairs;
  readonly url: URL;
  /** As it came. */
  readonly body: Buffer;
}

/** A body of WaveSpeedAI, Get3W or Wazza, as far as handlers here look at it; a sender may leave anything out. */
export interface Message {
  readonly id: string;
  readonly jobId: string;
  readonly status: string;
  readonly outputs: readonly string[];
}

/** A handler of these steps over node:http. */
export function handlerOf({ get, maxBodyBytes, isGenuine, respond }: Steps): RequestListener {
  return async (request, response) => {
    const answer = (status: number) => response.writeHead(status).end();
    try {
      if (request.method !== "POST") return answer(request.method === "GET" ? get : 405);
      const body = await readBody(request);
      if (body.length > maxBodyBytes) return answer(413);
      const url = new URL(request.url ?? "/", "http://handler");
      if (!isGenuine({ headers: request.headers, rawHeaders: pairsFromRaw(request.rawHeaders), url, body }))
        return answer(401);
      const message = parsed(body);
      answer(message === undefined ? 400 : await respond(message));
    } catch {
      answer(500);
    }
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parsed(body: Buffer): Message | undefined {
  try {
    const json = JSON.parse(body.toString());
    return typeof json === "object" && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
