import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { HeaderPairs } from "../../src/core/headers.ts";
import { pairsFromRaw } from "../../src/core/headers.ts";
import { atTheEnd } from "./cleanup.ts";

/** A delivery as a handler sees it. */
export interface Judged {
  readonly url: string;
  readonly headers: HeaderPairs;
  /** By lower-case name, as most libraries want them. */
  readonly fields: Record<string, string>;
  readonly body: Buffer;
  readonly text: string;
  /** The parsed body, to be looked into without ceremony; `undefined` where it is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what is in it.
  readonly json: any;
}

export interface Judge {
  readonly url: string;
  readonly seen: Judged[];
}

/**
 * A handler that takes a delivery's raw bytes to a judgement: a number is the status that it answers, anything
 * else is 204, and an exception 401.
 */
export async function startJudge(
  judge: (delivery: Judged, index: number) => unknown = () => 204,
): Promise<Judge> {
  const seen: Judged[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const headers = pairsFromRaw(request.rawHeaders);
    const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    const text = body.toString();
    const delivery: Judged = { url: request.url ?? "", headers, fields, body, text, json: parsed(text) };
    seen.push(delivery);
    try {
      const status = await judge(delivery, seen.length - 1);
      response.writeHead(typeof status === "number" ? status : 204).end();
    } catch {
      response.writeHead(401).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
