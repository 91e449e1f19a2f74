import type { IncomingMessage } from "node:http";
import type { PlainAnswer } from "./plain-http.ts";

/** One request that has been sent to a handler. */
export interface Asking {
  /**
   * The whole answer, or one whose body is to come.
   *
   * @throws what the connection broke off with
   */
  readonly answer: Promise<PlainAnswer | IncomingMessage>;
  /** Whether the connection had been used before: then its end may be older than this request. */
  isReused(): boolean;
  /** Breaks off. */
  stop(): void;
  /** Nothing more is wanted: a connection that has more to say, or to be told, is not used again. */
  leave(): void;
}

/**
 * Node's own servers close an idle connection after 5 s, without a word. Ours is let go before, so that a
 * delivery is not sent into a closing connection.
 */
export const IDLE_CONNECTION_MS = 4_000;

export const closedError = () =>
  Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });
