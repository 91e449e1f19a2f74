import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type CapturedBody, INLINE_BODY_BYTES, type RequestHead } from "../core/delivery.ts";
import { headerValues, pairsFromRaw } from "../core/headers.ts";
import type { DeliveryWriter } from "../core/ports.ts";
import { wholeBody } from "../core/whole-body.ts";
import { type Admit, isTurnedAway, type TurnedAway } from "./admission.ts";
import { answerPlainly, replyThrough } from "./answer.ts";
import type { CaptureLimits } from "./capture-limits.ts";
import { eachChunk } from "./each-chunk.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Room } from "./room.ts";
import type { SlowBodies } from "./slow-bodies.ts";
import { watchSlowHeads } from "./slow-heads.ts";

interface NodeFrontOptions {
  readonly admit: Admit;
  readonly pipeline: Pipeline;
  readonly writer: Pick<DeliveryWriter, "openBody">;
  readonly room: Room;
  readonly maxBodyBytes: number;
  readonly bodies: SlowBodies;
  /** A connection that has been answered and asks for nothing more is closed after so many ms. */
  readonly keepAliveMs: number;
  readonly limits: Pick<CaptureLimits, "headMs" | "lingerMs">;
  /** The answer to a probe of our own, or `null` where the request is none. */
  readonly answerProbe: (path: string) => string | null;
  /** Called when a body cannot be kept. */
  readonly onStoreFailure: (error: unknown) => void;
  /** Called for each request that is not kept. */
  readonly turnedAway: (status: number, reason: string) => void;
}

/** Serves connections with Node's `http`: whatever that understands, and a plain answer to what it does not. */
export interface NodeFront {
  /** Takes a connection over; `bytes` are the next that it has to say. */
  accept(socket: Socket, bytes: Buffer): void;
  /** Closes what is idle; resolves when the requests that are here have been answered. */
  close(): Promise<void>;
}

/** Of one body at most this much is in memory: what is gathered for its file, and what is being written. */
const HELD_BODY_BYTES = 2 * INLINE_BODY_BYTES;

/** A sender that goes on talking after it was refused is heard this far, then cut off. */
const LINGER_BYTES = 16 * 1024 * 1024;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function createNodeFront(options: NodeFrontOptions): NodeFront {
  const { admit, pipeline, writer, room, maxBodyBytes, bodies, limits, answerProbe, turnedAway } = options;
  const server: Server = createServer({
    // Both count from the connection: see slow-heads.ts and slow-bodies.ts.
    headersTimeout: 0,
    requestTimeout: 0,
    keepAliveTimeout: options.keepAliveMs,
    // Node would fold repeated heads it thinks it knows; the raw pairs are what is kept.
    joinDuplicateHeaders: false,
  });
  // The size of a head is its limit; older Nodes would drop what is over a count without a word.
  server.maxHeadersCount = 0;
  // A sender may close its half once it has sent all; the answer is still its own to read.
  Object.assign(server, { httpAllowHalfOpen: true });

  async function onRequest(request: IncomingMessage, response: ServerResponse, proceed = () => {}) {
    const path = request.url ?? "/";
    const proof = answerProbe(path);
    if (proof !== null) {
      response.writeHead(200, { "Content-Type": "text/plain", "Cache-Control": "no-store" }).end(proof);
      return;
    }
    const head = admit(askedBy(request), request.socket);
    if (isTurnedAway(head)) return turnAway(request, response, head);
    if (headerValues(head.headers, "host").length > 1)
      return turnAway(request, response, { status: 400, reason: "two Host fields" });
    const notSpoken = whyNotSpoken(request);
    if (notSpoken) return turnAway(request, response, notSpoken);

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
        return pipeline.take(head, body, replyThrough(response));
    }
  }

  async function refuseBody(head: RequestHead, request: IncomingMessage, response: ServerResponse) {
    await pipeline.refuse(head, emptyBody, "body-too-large", replyThrough(response));
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

  function turnAway(request: IncomingMessage, response: ServerResponse, why: TurnedAway) {
    const { status, reason, challenge } = why;
    turnedAway(status, reason);
    answerPlainly(replyThrough(response), { status, text: `${reason}.`, retry: status === 503, challenge });
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
    accept(socket, bytes) {
      heads.watch(socket, socket.bytesRead - bytes.length);
      // Node sees for itself when a body breaks off, but not behind an upgrade that was offered.
      socket.once("end", () => {
        for (const { request } of exchanges.get(socket) ?? []) if (!request.complete) socket.destroy();
      });
      socket.unshift(bytes);
      server.emit("connection", socket);
      socket.resume();
    },
    close: () =>
      new Promise((resolve) => {
        heads.stop();
        server.closeIdleConnections();
        onIdle = resolve;
        if (inFlight === 0) onIdle();
      }),
  };
}

const askedBy = ({ method = "GET", url = "/", httpVersion, rawHeaders }: IncomingMessage) => ({
  method,
  path: url,
  httpVersion,
  headers: pairsFromRaw(rawHeaders),
});

/** How much of a delivery is counted as being in memory. */
interface Held {
  bytes: number;
}

/** Why a body was not taken in. */
type NotTaken = "too-large" | "no-room" | "gone" | "failed";

const noRoom: TurnedAway = { status: 503, reason: "more deliveries at once than there is room for" };

/** What Node would take, though it does not know it: the body would be kept as something that it is not. */
function whyNotSpoken({ httpVersion, headers }: IncomingMessage): TurnedAway | undefined {
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
const emptyBody = wholeBody(new Uint8Array());

/** Answers where there is no request to answer to. Who goes on sending reads why, but is not heard for ever. */
export function hangUp(socket: Socket, status: number, lingerMs: number): void {
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
