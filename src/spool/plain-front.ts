import type { Socket } from "node:net";
import { type CapturedBody, INLINE_BODY_BYTES, type RequestHead } from "../core/delivery.ts";
import { giveBack } from "../core/give-back.ts";
import { wholeBody } from "../core/whole-body.ts";
import { type Admit, isTurnedAway } from "./admission.ts";
import type { Reply } from "./answer.ts";
import { type PlainRequest, readPlainRequest } from "./plain-http.ts";
import { plainReply } from "./plain-reply.ts";
import type { Room } from "./room.ts";
import type { SlowBodies } from "./slow-bodies.ts";

interface PlainFrontOptions {
  readonly admit: Admit;
  /** Whether a path asks for something else than to be kept and forwarded. */
  readonly isProbe: (path: string) => boolean;
  readonly room: Room;
  readonly maxBodyBytes: number;
  readonly bodies: SlowBodies;
  /** A connection that has been answered and asks for nothing more is closed after so many ms. */
  readonly keepAliveMs: number;
  readonly take: (head: RequestHead, body: CapturedBody, reply: Reply) => Promise<void>;
  /** Called when a sender breaks off in a body. */
  readonly onBrokenOff: () => void;
  /** Takes over a connection for good; `bytes` are the next that it has to say. */
  readonly handOver: (socket: Socket, bytes: Buffer) => void;
}

/** Serves the connections whose requests are plain and welcome; every other one is handed over, untouched. */
export interface PlainFront {
  accept(socket: Socket): void;
  /** Closes what is idle; resolves when the requests that are here have been answered. */
  close(): Promise<void>;
}

/** A request whose body is still coming. */
interface Coming {
  readonly head: RequestHead;
  readonly body: Buffer;
  filled: number;
}

export function createPlainFront(options: PlainFrontOptions): PlainFront {
  const { admit, isProbe, room, bodies, keepAliveMs } = options;
  const mostBytes = Math.min(options.maxBodyBytes, INLINE_BODY_BYTES);
  const idle = new Set<Socket>();
  let inFlight = 0;
  let onAllAnswered: (() => void) | undefined;

  function admitted(request: PlainRequest, socket: Socket): RequestHead | undefined {
    if (request.bodyBytes > mostBytes || isProbe(request.path)) return undefined;
    const { method, path, headers } = request;
    const head = admit({ method, path, headers, httpVersion: "1.1" }, socket);
    return isTurnedAway(head) || !room.enter(request.bodyBytes) ? undefined : head;
  }

  function done(body: Buffer) {
    room.leave(body.length);
    inFlight -= 1;
    if (inFlight === 0) onAllAnswered?.();
  }

  function accept(socket: Socket): void {
    let coming: Coming | undefined;
    let isAnswering = false;
    let hasEnded = false;

    function onData(bytes: Buffer) {
      if (isAnswering) putBack(bytes);
      else if (coming) fill(coming, bytes);
      else begin(bytes);
    }

    /** One request is answered after the other; until then what follows waits where it is. */
    function putBack(bytes: Buffer) {
      if (bytes.length === 0) return;
      socket.pause();
      socket.unshift(bytes);
    }

    function begin(bytes: Buffer) {
      const request = readPlainRequest(bytes);
      const head = request && admitted(request, socket);
      if (!head) return leave(bytes);
      idle.delete(socket);
      inFlight += 1;
      const end = request.headBytes + request.bodyBytes;
      if (bytes.length >= end) {
        serve(head, bytes.subarray(request.headBytes, end));
        putBack(bytes.subarray(end));
        return;
      }
      const body = Buffer.allocUnsafeSlow(request.bodyBytes);
      coming = { head, body, filled: bytes.copy(body, 0, request.headBytes) };
      giveBack(bytes);
      bodies.watch(socket);
    }

    function fill(request: Coming, bytes: Buffer) {
      const taken = bytes.copy(request.body, request.filled);
      request.filled += taken;
      const rest = bytes.subarray(taken);
      if (rest.length === 0) giveBack(bytes);
      if (request.filled < request.body.length) return;
      coming = undefined;
      bodies.complete(socket);
      serve(request.head, request.body);
      putBack(rest);
    }

    function serve(head: RequestHead, body: Buffer) {
      isAnswering = true;
      void options.take(head, wholeBody(body), plainReply(socket, onAnswered)).then(() => done(body));
    }

    function onAnswered() {
      isAnswering = false;
      if (socket.destroyed) return;
      if (hasEnded || onAllAnswered) return void socket.end();
      idle.add(socket);
      if (socket.timeout !== keepAliveMs) socket.setTimeout(keepAliveMs);
      if (socket.isPaused()) socket.resume();
    }

    function onEnd() {
      hasEnded = true;
      // A sender may close its half once it has sent all; the answer is still its own to read.
      if (coming) socket.destroy();
      else if (!isAnswering) socket.end();
    }

    function onTimeout() {
      if (idle.has(socket)) socket.destroy();
    }

    function onClose() {
      idle.delete(socket);
      if (!coming) return;
      bodies.complete(socket);
      done(coming.body);
      coming = undefined;
      options.onBrokenOff();
    }

    /** Not plain, or not welcome. */
    function leave(bytes: Buffer) {
      idle.delete(socket);
      socket.off("data", onData).off("end", onEnd).off("timeout", onTimeout).off("close", onClose);
      socket.off("error", ignore);
      socket.setTimeout(0);
      socket.pause();
      options.handOver(socket, bytes);
    }

    socket.on("data", onData).on("end", onEnd).on("timeout", onTimeout).on("close", onClose);
    socket.on("error", ignore);
  }

  return {
    accept,
    close: () =>
      new Promise((resolve) => {
        onAllAnswered = resolve;
        for (const socket of idle) socket.destroy();
        if (inFlight === 0) resolve();
      }),
  };
}

/** Its `close` says all that matters. */
function ignore() {}
