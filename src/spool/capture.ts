import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { CapturedBody, Origin, RequestHead } from "../core/delivery.ts";
import { headerValues, pairsFromRaw } from "../core/headers.ts";
import type { Observer } from "../core/notice.ts";
import type { DeliveryWriter } from "../core/ports.ts";
import { answerPlainly } from "./answer.ts";
import type { Pipeline } from "./pipeline.ts";
import { watchSlowHeads } from "./slow-heads.ts";

interface CaptureOptions {
  readonly origin: Origin;
  readonly pipeline: Pipeline;
  readonly writer: Pick<DeliveryWriter, "openBody">;
  readonly observer: Observer;
  readonly maxBodyBytes: number;
  /** Only these public paths are let through; empty for all. */
  readonly paths: readonly string[];
  /** The answer to a probe of our own, or `null` where the request is none. */
  readonly answerProbe: (path: string) => string | null;
  readonly limits?: Partial<CaptureLimits>;
}

/** How long a peer may take, in ms. */
export interface CaptureLimits {
  /** From the connection's first byte to the end of the head. */
  readonly headMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** For a whole request, however steadily it drips. */
  readonly requestMs: number;
  /** For going on talking after it was refused. */
  readonly lingerMs: number;
}

const defaultLimits: CaptureLimits = {
  headMs: 15_000,
  idleMs: 30_000,
  requestMs: 15 * 60_000,
  lingerMs: 5_000,
};

/** A sender that goes on talking after it was refused is heard this far, then cut off. */
const LINGER_BYTES = 16 * 1024 * 1024;

export interface Capture {
  /** Listens on the loopback address; 0 picks a free port. Resolves to the port. */
  listen(port: number): Promise<number>;
  /** Takes no more connections; resolves when the requests that are here have been answered. */
  close(): Promise<void>;
  /** Cuts off what is still connected. */
  destroy(): void;
}

/** The HTTP/1.1 server that providers reach: takes a request in, whole and unchanged, and gives it to the pipeline. */
export function createCapture(options: CaptureOptions): Capture {
  const { origin, pipeline, writer, observer, maxBodyBytes, answerProbe } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const server: Server = createServer({
    // Both count from the connection: see slow-heads.ts and takeIn.
    headersTimeout: 0,
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    keepAlive: true,
    keepAliveInitialDelay: 15_000,
    noDelay: true,
    // Node would fold repeated heads it thinks it knows; the raw pairs are what is kept.
    joinDuplicateHeaders: false,
  });
  // The size of a head is its limit; older Nodes would drop what is over a count without a word.
  server.maxHeadersCount = 0;
  // A sender may close its half once it has sent all; the answer is still its own to read.
  Object.assign(server, { httpAllowHalfOpen: true });

  function turnedAway(status: number, reason: string) {
    observer({ type: "turned-away", status, reason, refusal: null, delivery: null });
  }

  async function onRequest(request: IncomingMessage, response: ServerResponse, proceed = () => {}) {
    const path = request.url ?? "/";
    const proof = answerProbe(path);
    if (proof !== null) {
      response.writeHead(200, { "Content-Type": "text/plain", "Cache-Control": "no-store" }).end(proof);
      return;
    }
    const head = headOf(request, origin);
    if (headerValues(head.headers, "host").length > 1)
      return turnAway(request, response, 400, "two Host fields");
    if (!isLetThrough(path, options.paths))
      return turnAway(request, response, 404, "path not let through by --path");

    const declared = Number(request.headers["content-length"] ?? 0);
    if (declared <= maxBodyBytes) proceed();
    const body = declared > maxBodyBytes ? "too-large" : await takeIn(request);
    if (body === "gone") {
      turnedAway(0, "the sender broke off");
      return;
    }
    if (body === "failed") return turnAway(request, response, 503, "the body could not be written to disk");
    if (body === "too-large") {
      await pipeline.refuse(head, emptyBody, "body-too-large", response);
      return linger(request, limits.lingerMs);
    }
    await pipeline.take(head, body, response);
  }

  async function takeIn(request: IncomingMessage): Promise<CapturedBody | "too-large" | "gone" | "failed"> {
    const intake = writer.openBody();
    const { socket } = request;
    const cut = () => void socket.destroy();
    socket.setTimeout(limits.idleMs, cut);
    const deadline = setTimeout(() => {
      turnedAway(408, "the request took too long");
      hangUp(socket, 408, limits.lingerMs);
    }, limits.requestMs);
    let size = 0;
    try {
      // A refused sender is answered: leaving the loop must not close its connection.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > maxBodyBytes) {
          await intake.discard();
          return "too-large";
        }
        await intake.write(chunk);
      }
    } catch {
      await intake.discard();
      return request.errored || request.destroyed ? "gone" : "failed";
    } finally {
      // From here on it is the handler that takes its time.
      socket.setTimeout(0, cut);
      clearTimeout(deadline);
    }
    try {
      return await intake.finish();
    } catch {
      await intake.discard();
      return "failed";
    }
  }

  function turnAway(request: IncomingMessage, response: ServerResponse, status: number, reason: string) {
    turnedAway(status, reason);
    answerPlainly(response, { status, text: `${reason}.`, retry: status === 503 });
    linger(request, limits.lingerMs);
  }

  const heads = watchSlowHeads({
    limitMs: limits.headMs,
    onLate(socket) {
      turnedAway(408, "the head of a request took too long");
      hangUp(socket, 408, limits.lingerMs);
    },
  });
  let inFlight = 0;
  let onIdle = () => {};

  async function serve(request: IncomingMessage, response: ServerResponse, proceed?: () => void) {
    inFlight += 1;
    const { socket } = request;
    heads.complete(socket);
    response.once("close", () => heads.answered(socket));
    try {
      await onRequest(request, response, proceed);
    } finally {
      inFlight -= 1;
      if (inFlight === 0) onIdle();
    }
  }

  server.on("connection", heads.watch);
  server.on("request", (request, response) => void serve(request, response));
  server.on(
    "checkContinue",
    (request: IncomingMessage, response: ServerResponse) =>
      void serve(request, response, () => response.writeContinue()),
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const status = parseFailures[error.code ?? ""] ?? 400;
    if (error.code !== "ECONNRESET") turnedAway(status, `not valid HTTP (${error.code})`);
    hangUp(socket, status, limits.lingerMs);
  });

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ port, host: "127.0.0.1", backlog: 1024 }, () => {
          server.off("error", reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close();
        heads.stop();
        server.closeIdleConnections();
        if (inFlight === 0) resolve();
        else onIdle = resolve;
      }),
    destroy: () => server.closeAllConnections(),
  };
}

function headOf(request: IncomingMessage, origin: Origin): RequestHead {
  const { remoteAddress, remotePort, remoteFamily } = request.socket;
  const address = remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress;
  return {
    receivedAt: Date.now(),
    origin,
    method: request.method ?? "GET",
    path: request.url ?? "/",
    httpVersion: request.httpVersion,
    headers: pairsFromRaw(request.rawHeaders),
    peer: remoteAddress === undefined ? null : `${address}:${remotePort}`,
  };
}

/** A prefix matches whole segments: `/hooks` lets `/hooks`, `/hooks/a` and `/hooks?x` through, not `/hooksy`. */
function isLetThrough(path: string, prefixes: readonly string[]): boolean {
  if (prefixes.length === 0) return true;
  // The path is passed on to the letter; a handler that resolves `..` would be led out of the prefix.
  if (leadsUpward.test(path.split("?", 1)[0] ?? "")) return false;
  return prefixes.some((prefix) => {
    const rest = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
    return rest !== undefined && (prefix.endsWith("/") || rest === "" || /^[/?]/.test(rest));
  });
}

/** A segment `..`, also in the spellings that some servers undo: `%2e`, `%2f`, a backslash, `;` behind it. */
const leadsUpward = /(?:\/|\\|%2f|%5c)(?:\.|%2e){2}(?:\/|\\|%2f|%5c|;|$)/i;

/** Lets a refused sender finish, so that it reads the answer before its connection is reset. */
function linger(request: IncomingMessage, lingerMs: number): void {
  if (request.complete) return;
  const { socket } = request;
  const cut = () => socket.destroy();
  const timer = setTimeout(cut, lingerMs);
  let heard = 0;
  request.on("data", (chunk: Uint8Array) => {
    heard += chunk.length;
    if (heard > LINGER_BYTES) cut();
  });
  request.once("close", () => clearTimeout(timer));
  request.on("error", () => {});
}

/** What is kept of a body that was refused. */
const emptyBody: CapturedBody = {
  kind: "inline",
  bytes: new Uint8Array(),
  size: 0,
  // SHA-256 of nothing.
  digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

/** Answers where there is no request to answer to. Who goes on sending reads why, but is not heard for ever. */
function hangUp(socket: Socket, status: number, lingerMs: number): void {
  if (!socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => clearTimeout(timer));
  socket.end(`HTTP/1.1 ${status} ${statusTexts[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const parseFailures: Record<string, number> = { HPE_HEADER_OVERFLOW: 431 };

const statusTexts: Record<number, string> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};
