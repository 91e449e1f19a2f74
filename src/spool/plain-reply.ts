import type { Socket } from "node:net";
import { headerValue } from "../core/headers.ts";
import { drained, type Reply } from "./answer.ts";
import { plainAnswerHead } from "./plain-http.ts";

/** How the end of a body is told: by its length, by chunks, or there is none. */
type Framing = "length" | "chunks" | "none";

/**
 * Answers over a connection that is kept; `onEnd` is called when all has been given to the system. The head goes
 * out with the first piece of the body.
 */
export function plainReply(socket: Socket, onEnd: () => void): Reply {
  let head: string | undefined;
  let framing: Framing = "length";
  let hasBegun = false;

  /** Says whether more may be given at once. */
  function write(bytes: Uint8Array | undefined): boolean {
    if (socket.destroyed) return true;
    hasBegun = true;
    const start = head;
    head = undefined;
    if (start === undefined) return bytes === undefined || socket.write(bytes);
    if (bytes === undefined) return socket.write(start, "latin1");
    const together = Buffer.allocUnsafe(start.length + bytes.length);
    together.write(start, "latin1");
    together.set(bytes, start.length);
    return socket.write(together);
  }

  return {
    get isOpen() {
      return !hasBegun && !socket.destroyed;
    },
    head(status, statusText, headers) {
      const hasLength = headerValue(headers, "content-length") !== undefined;
      framing = status === 204 || status === 304 ? "none" : hasLength ? "length" : "chunks";
      head = plainAnswerHead({
        ...{ status, statusText },
        headers: framing === "chunks" ? [...headers, ["Transfer-Encoding", "chunked"]] : headers,
      });
      if (head === undefined) throw new Error("the answer's head cannot be passed on");
    },
    body(chunk) {
      if (chunk.length === 0 || framing === "none") return undefined;
      return write(framing === "chunks" ? framed(chunk) : chunk) ? undefined : drained(socket);
    },
    end() {
      write(framing === "chunks" ? lastChunk : undefined);
      onEnd();
    },
    // Of what has not begun, the sender can still be told.
    broken: () => void (hasBegun && socket.destroy()),
  };
}

const lastChunk = Buffer.from("0\r\n\r\n");
const lineEnd = Buffer.from("\r\n");

const framed = (chunk: Uint8Array) =>
  Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, lineEnd]);
