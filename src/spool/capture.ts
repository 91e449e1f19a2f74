import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type CapturedBody, INLINE_BODY_BYTES, type Origin, type RequestHead } from "../core/delivery.ts";
import { type HeaderPairs, headerValues, pairsFromRaw } from "../core/headers.ts";
import type { Observer } from "../core/notice.ts";
import type { DeliveryWriter } from "../core/ports.ts";
import { whyKeptOut } from "./allow-list.ts";
import { answerPlainly } from "./answer.ts";
import type { Doorkeeper } from "./credential.ts";
import { eachChunk } from "./each-chunk.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Room } from "./room.ts";
import { watchSlowBodies } from "./slow-bodies.ts";
import { watchSlowHeads } from "./slow-heads.ts";

interface CaptureOptions {
  readonly origin: Origin;
  readonly pipeline: Pipeline;
  readonly writer: Pick<DeliveryWriter, "openBody">;
  readonly observer: Observer;
  readonly room: Room;
  readonly maxBodyBytes: number;
  /** Only these public paths are let through; empty for all. */
  readonly paths: readonly string[];
  /** Lets in whoever has the credential; everybody where absent. */
  readonly doorkeeper?: Doorkeeper | undefined;
  /** The header field in which the tunnel says by now who sent a request; none is believed where `null`. */
  readonly clientAddressHeader?: () => string | null;
  /** The answer to a probe of our own, or `null` where the request is none. */
  readonly answerProbe: (path: string) => string | null;
  /** Called when a body cannot be kept. */
  readonly onStoreFailure: (error: unknown) => void;
  readonly limits?: Partial<CaptureLimits>;
}

/** How long a peer may take, in ms, and how many there may be. */
export interface CaptureLimits {
  /** From the connection's first byte to the end of the head. */
  readonly headMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** For a whole request, however steadily it drips. */
  readonly requestMs: number;
  /** For going on talking after it was refused. */
  readonly lingerMs: number;
  /** Open connections, whether they ask for something or not. */
  readonly connections: number;
}

const defaultLimits: CaptureLimits = {
  headMs: 15_000,
  idleMs: 30_000,
  requestMs: 15 * 60_000,
  lingerMs: 5_000,
  connections: 4_096,
};

/** Of one body at most this much is in memory: what is gathered for its file, and what is being written. */
const HELD_BODY_BYTES = 2 * INLINE_BODY_BYTES;

/** A sender that goes on talking after it was refused is heard this far, then cut off. */
const LINGER_BYTES = 16 * 1024 * 1024;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

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
  const { pipeline, writer, observer, room, maxBodyBytes, doorkeeper, answerProbe } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const server: Server = createServer({
    // Both count from the connection: see slow-heads.ts and slow-bodies.ts.
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
  server.maxConnections = limits.connections;
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
    const asked = headOf(request, options);
    const head = doorkeeper ? doorkeeper.admit(asked) : asked;
    if (!head) return turnAway(request, response, { status: 401, reason: "no valid credential" });
    if (headerValues(head.headers, "host").length > 1)
      return turnAway(request, response, { status: 400, reason: "two Host fields" });
    const notSpoken = whyNotSpoken(request);
    if (notSpoken) return turnAway(request, response, notSpoken);
    const keptOut = whyKeptOut(head, options.paths);
    if (keptOut !== undefined) return turnAway(request, response, { status: 404, reason: keptOut });

    const declared = Number(request.headers["content-length"] ?? 0);
    if (declared > maxBodyBytes) return refuseBody(head, request, response);
    const held = { bytes: Math.min(declared, HELD_BODY_BYTES) };
    if (!room.enter(held.bytes)) return turnAway(request, response, noRoom);
    try {
      proceed();
      await take(head, held, request, response);
    } finally {
      room.leave(held.bytes);
    }
  }

  async function take(head: RequestHead, held: Held, request: IncomingMessage, response: ServerResponse) {
    const body = await takeIn(request, held);
    switch (body) {
      case "gone":
        return turnedAway(0, "the sender broke off");
      case "failed":
        return turnAway(request, response, { status: 503, reason: "the body could not be written to disk" });
      case "no-room":
        return turnAway(request, response, noRoom);
      case "too-large":
        return refuseBody(head, request, response);
      default:
        return pipeline.take(head, body, response);
    }
  }

  async function refuseBody(head: RequestHead, request: IncomingMessage, response: ServerResponse) {
    await pipeline.refuse(head, emptyBody, "body-too-large", response);
    linger(request, limits.lingerMs);
  }

  async function takeIn(request: IncomingMessage, held: Held): Promise<CapturedBody | NotTaken> {
    const intake = writer.openBody();
    const announced = held.bytes > 0;
    let size = 0;
    let notTaken: NotTaken | undefined;
    bodies.watch(request.socket);
    try {
      await eachChunk(request, (chunk) => {
        size += chunk.length;
        if (size > maxBodyBytes) notTaken = "too-large";
        else if (!announced && !fits(chunk, held)) notTaken = "no-room";
        return notTaken ? "enough" : intake.write(chunk);
      });
    } catch (error) {
      await intake.discard();
      // One that has been heard to its end is destroyed as well, and waits for its answer.
      if (request.errored || (request.destroyed && !request.complete)) return "gone";
      options.onStoreFailure(error);
      return "failed";
    } finally {
      // From here on it is the handler that takes its time.
      bodies.complete(request.socket);
    }
    if (notTaken) {
      await intake.discard();
      return notTaken;
    }
    try {
      return await intake.finish();
    } catch (error) {
      await intake.discard();
      options.onStoreFailure(error);
      return "failed";
    }
  }

  /** Counts a piece that nobody announced, where there is room for it. */
  function fits(chunk: Uint8Array, held: Held): boolean {
    if (held.bytes >= HELD_BODY_BYTES) return true;
    if (!room.grow(chunk.length)) return false;
    held.bytes += chunk.length;
    return true;
  }

  function turnAway(
    request: IncomingMessage,
    response: ServerResponse,
    { status, reason }: { readonly status: number; readonly reason: string },
  ) {
    turnedAway(status, reason);
    const challenge = status === 401 ? doorkeeper?.challenge : undefined;
    answerPlainly(response, { status, text: `${reason}.`, retry: status === 503, challenge });
    linger(request, limits.lingerMs);
  }

  const heads = watchSlowHeads({
    limitMs: limits.headMs,
    onLate(socket) {
      turnedAway(408, "the head of a request took too long");
      hangUp(socket, 408, limits.lingerMs);
    },
  });
  const bodies = watchSlowBodies({
    ...limits,
    onIdle: (socket) => socket.destroy(),
    onLate(socket) {
      turnedAway(408, "the request took too long");
      hangUp(socket, 408, limits.lingerMs);
    },
  });
  let inFlight = 0;
  let onIdle = () => {};
  const exchanges = new WeakMap<Socket, Set<Exchange>>();

  /** Resolves when those requests that came whole over a connection have been answered. */
  async function answeredOn(socket: Socket) {
    const whole = [...(exchanges.get(socket) ?? [])].filter(({ request }) => request.complete);
    await Promise.all(whole.map(({ response }) => new Promise((resolve) => response.once("close", resolve))));
  }

  async function serve(request: IncomingMessage, response: ServerResponse, proceed?: () => void) {
    inFlight += 1;
    const { socket } = request;
    const open = exchanges.get(socket) ?? new Set();
    const exchange = { request, response };
    exchanges.set(socket, open.add(exchange));
    heads.complete(socket);
    response.once("close", () => {
      open.delete(exchange);
      heads.answered(socket);
    });
    try {
      await onRequest(request, response, proceed);
    } finally {
      inFlight -= 1;
      if (inFlight === 0) onIdle();
    }
  }

  server.on("connection", heads.watch);
  server.on("connection", (socket) =>
    // Node sees for itself when a body breaks off, but not behind an upgrade that was offered.
    socket.once("end", () => {
      for (const { request } of exchanges.get(socket) ?? []) if (!request.complete) socket.destroy();
    }),
  );
  server.on("drop", () => turnedAway(0, `more than ${limits.connections} connections at a time`));
  server.on("request", (request, response) => void serve(request, response));
  server.on(
    "checkContinue",
    (request: IncomingMessage, response: ServerResponse) =>
      void serve(request, response, () => response.writeContinue()),
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const status = parseFailures[error.code ?? ""] ?? 400;
    if (error.code !== "ECONNRESET") turnedAway(status, `not valid HTTP (${error.code})`);
    // What follows a good request must not be taken for the answer to it.
    void answeredOn(socket).then(() => hangUp(socket, status, limits.lingerMs));
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
        onIdle = () => {
          bodies.stop();
          resolve();
        };
        if (inFlight === 0) onIdle();
      }),
    destroy: () => server.closeAllConnections(),
  };
}

function headOf(
  request: IncomingMessage,
  { origin, clientAddressHeader }: Pick<CaptureOptions, "origin" | "clientAddressHeader">,
): RequestHead {
  const { remoteAddress, remotePort, remoteFamily } = request.socket;
  const address = remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress;
  const headers = pairsFromRaw(request.rawHeaders);
  return {
    receivedAt: Date.now(),
    origin,
    method: request.method ?? "GET",
    path: request.url ?? "/",
    httpVersion: request.httpVersion,
    headers,
    peer: remoteAddress === undefined ? null : `${address}:${remotePort}`,
    clientAddress: lastHop(headers, clientAddressHeader?.() ?? null),
  };
}

/** What the tunnel itself wrote: whatever stands before that, the sender may have written. */
function lastHop(headers: HeaderPairs, field: string | null): string | null {
  if (field === null) return null;
  const hop = headerValues(headers, field).at(-1)?.split(",").at(-1)?.trim();
  return hop === undefined || hop === "" ? null : hop;
}

/** How much of a delivery is counted as being in memory. */
interface Held {
  bytes: number;
}

/** Why a body was not taken in. */
type NotTaken = "too-large" | "no-room" | "gone" | "failed";

const noRoom = { status: 503, reason: "more deliveries at once than there is room for" };

/** What Node would take, though it does not know it: the body would be kept as something that it is not. */
function whyNotSpoken({
  httpVersion,
  headers,
}: IncomingMessage): { status: number; reason: string } | undefined {
  if (!/^1\.[01]$/.test(httpVersion))
    return { status: 505, reason: `HTTP/${httpVersion} is not spoken here` };
  const coding = headers["transfer-encoding"] ?? "chunked";
  return /^chunked$/i.test(coding.trim())
    ? undefined
    : { status: 501, reason: `the transfer coding ${coding} is not spoken here` };
}

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
