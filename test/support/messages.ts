import { createHash } from "node:crypto";
import type { HeaderPair, HeaderPairs } from "../../src/core/headers.ts";

/** One HTTP/1 message as it stood on the wire; strings have one character per byte. */
export interface Message {
  /** The request line or status line. */
  readonly start: string;
  readonly headers: HeaderPairs;
  /** The body without its chunk frames. */
  readonly body: Buffer;
  /** Lower-case hex SHA-256 of the body. */
  readonly digest: string;
}

export const valuesOf = (headers: HeaderPairs, name: string): string[] =>
  headers.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);

interface ReaderOptions {
  /** Requests without a length have no body; responses without one last until the connection ends. */
  readonly kind: "request" | "response";
  /** Whether the next response has no body whatever its head says: it answers a HEAD. */
  readonly bodiless?: () => boolean;
  /** Count and hash bodies without keeping them. */
  readonly forgetBodies?: boolean;
}

/** Reads messages out of a stream of bytes, with no parser but its own: what it says is what was sent. */
export function createMessageReader({ kind, bodiless = () => false, forgetBodies = false }: ReaderOptions) {
  let waiting: Buffer = Buffer.alloc(0);
  let open:
    | { start: string; headers: HeaderPairs; chunks: Buffer[]; hash: ReturnType<typeof createHash> }
    | undefined;
  /** Bytes of body, or of chunk, still to come. */
  let left = 0;
  let framing: "length" | "chunked" | "until-end" = "length";
  let chunkEnded = true;

  function head(): boolean {
    const end = waiting.indexOf("\r\n\r\n");
    if (end === -1) return false;
    const [start = "", ...fields] = waiting.subarray(0, end).toString("latin1").split("\r\n");
    waiting = waiting.subarray(end + 4);
    const headers = fields.map((field): HeaderPair => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
    });
    open = { start, headers, chunks: [], hash: createHash("sha256") };
    const length = valuesOf(headers, "content-length")[0];
    const status = kind === "response" ? Number(start.split(" ")[1]) : 0;
    const none = kind === "response" && (bodiless() || status < 200 || status === 204 || status === 304);
    left = 0;
    chunkEnded = true;
    if (none) framing = "length";
    else if (/chunked/i.test(valuesOf(headers, "transfer-encoding").join())) framing = "chunked";
    else if (length !== undefined || kind === "request") {
      framing = "length";
      left = Number(length ?? 0);
    } else framing = "until-end";
    return true;
  }

  function keep(bytes: Buffer) {
    open?.hash.update(bytes);
    if (!forgetBodies) open?.chunks.push(Buffer.from(bytes));
  }

  /** Takes body bytes; `true` when the body is whole. */
  function body(): boolean {
    for (;;) {
      if (framing === "until-end" || left > 0) {
        const piece = framing === "until-end" ? waiting : waiting.subarray(0, left);
        keep(piece);
        waiting = waiting.subarray(piece.length);
        left -= framing === "until-end" ? 0 : piece.length;
        if (framing === "until-end" || left > 0) return false;
      }
      if (framing === "length") return true;
      if (!chunkEnded) {
        if (waiting.length < 2) return false;
        waiting = waiting.subarray(2);
        chunkEnded = true;
      }
      const line = waiting.indexOf("\r\n");
      if (line === -1) return false;
      const size = Number.parseInt(waiting.subarray(0, line).toString("latin1"), 16);
      if (size === 0) {
        const end = waiting.indexOf("\r\n\r\n", line);
        if (end === -1) return false;
        waiting = waiting.subarray(end + 4);
        return true;
      }
      waiting = waiting.subarray(line + 2);
      left = size;
      chunkEnded = false;
    }
  }

  function finish(): Message {
    if (!open) throw new Error("no message is open");
    const { start, headers, chunks, hash } = open;
    open = undefined;
    return { start, headers, body: Buffer.concat(chunks), digest: hash.digest("hex") };
  }

  return {
    /** The messages that these bytes complete. */
    push(bytes: Buffer): Message[] {
      waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      const whole: Message[] = [];
      while (open || waiting.length > 0) {
        if (!open && !head()) break;
        if (!body()) break;
        whole.push(finish());
      }
      return whole;
    },
    /** The connection has ended: what lasted until then is whole. */
    end(): Message[] {
      return open && framing === "until-end" ? [finish()] : [];
    },
  };
}
