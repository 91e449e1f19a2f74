/**
 * `node smee.ts PORT TARGET`: a channel and its client in one process.
 *
 * @see https://github.com/probot/smee.io lib/server.ts: what a channel takes, answers and emits
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { loadPeer } from "../../support/peer-packages.ts";

/** The part of smee-client that is used here. */
interface Smee {
  readonly default: new (options: object) => { start(): Promise<unknown> };
}

const [port, target] = process.argv.slice(2);
const listeners = new Set<ServerResponse>();

function subscribe(request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.write("event: ready\ndata: {}\n\n");
  listeners.add(response);
  request.once("close", () => listeners.delete(response));
}

async function publish(request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString());
  const event = { ...request.headers, body, query: {}, timestamp: Date.now() };
  const id = crypto.randomUUID();
  for (const listener of listeners) listener.write(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`);
  response.writeHead(200, { "Content-Length": 0 }).end();
}

const server = createServer((request, response) => {
  if (request.method === "GET") subscribe(request, response);
  else void publish(request, response);
});
const { default: SmeeClient } = (await loadPeer("smee-client")) as Smee;
const silent = { info() {}, error() {} };
server.listen(Number(port), "127.0.0.1", () => {
  const ends = { source: `http://127.0.0.1:${port}/channel`, target: `http://127.0.0.1:${target}/` };
  void new SmeeClient({ ...ends, logger: silent }).start();
});
