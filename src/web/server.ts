import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Notice } from "../core/notice.ts";
import { createAssets, pageHeaders } from "./assets.ts";
import { newestCursor } from "./changes.ts";
import { type Turned, turnAway, turnAwayFromApi, turnAwayFromLive } from "./guard.ts";
import { createLive } from "./live.ts";
import type { WebPorts } from "./ports.ts";
import type { About } from "./protocol.ts";

interface WebServerOptions {
  readonly ports: WebPorts;
  /** The port that the connections come in at. */
  readonly port: number;
  readonly token: string;
  /** How often changes are looked for that no notice speaks of, in ms. */
  readonly pollMs: number;
}

/** The web inspector. It listens nowhere itself: it is handed connections. */
export interface WebServer {
  accept(connection: Socket): void;
  observe(notice: Notice): void;
  /** Deliveries were forgotten, by whomever. */
  removed(ids: readonly number[]): void;
  close(): void;
}

export function createWebServer({ ports, port, token, pollMs }: WebServerOptions): WebServer {
  const door = { port, token };
  const knock = ({ method = "", headers }: IncomingMessage) => ({ method, headers });
  const about = (): About => ({
    ...ports.about(),
    isHeld: ports.holding?.isHeld() ?? null,
    counts: ports.reader.counts(),
    cursor: newestCursor(ports.reader),
  });
  const asset = createAssets();
  const live = createLive({ ports, about, pollMs });

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (response.headersSent) return void response.destroy();
      const message = error instanceof Error ? error.message : String(error);
      sendJson(response, 500, { code: "E_BUG", message, hint: "" });
    });
  });
  server.on("upgrade", (request, socket, head) => {
    const turned =
      turnAwayFromLive(knock(request), door) ??
      (pathOf(request) === "/live" ? undefined : ({ status: 403, message: "no WebSocket here" } as const));
    if (turned) return refuseUpgrade(socket, turned);
    live.accept(request, socket, head);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(pageHeaders(port))) response.setHeader(name, value);
    const path = pathOf(request);
    const isApi = path.startsWith("/api/");
    const turned = isApi ? turnAwayFromApi(knock(request), door) : turnAway(knock(request), door);
    if (turned)
      return sendJson(response, turned.status, { code: "E_TURNED_AWAY", message: turned.message, hint: "" });
    if (isApi) {
      // The page is on the screen before all that it may ask for is loaded.
      const { answerApi } = await import("./api.ts");
      return answerApi({ request, response, ports, about, sendJson });
    }
    if (request.method !== "GET" && request.method !== "HEAD")
      return sendJson(response, 405, { code: "E_METHOD", message: "only GET is answered here", hint: "" });
    const found = asset(path);
    if (!found)
      return sendJson(response, 404, { code: "E_NOT_FOUND", message: "there is nothing here", hint: "" });
    response.writeHead(200, found.headers).end(request.method === "HEAD" ? undefined : found.content);
  }

  return {
    accept(connection) {
      server.emit("connection", connection);
      connection.resume();
    },
    observe: live.observe,
    removed: live.removed,
    close() {
      live.close();
      server.closeAllConnections();
    },
  };
}

const pathOf = ({ url = "/" }: IncomingMessage) => url.split("?", 1)[0] ?? "/";

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

function refuseUpgrade(socket: Duplex, { status, message }: Turned): void {
  const reason = { 401: "Unauthorized", 403: "Forbidden" }[status];
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${message.length}\r\n\r\n${message}`,
  );
}
