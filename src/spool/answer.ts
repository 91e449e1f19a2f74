import { type ServerResponse, STATUS_CODES } from "node:http";
import type { NewAttempt } from "../core/attempt.ts";
import type { AnswerSink } from "./forward.ts";
import { endToEnd, flatForNode } from "./wire.ts";

/** Passes a handler's answer on to the sender, byte for byte, less what ends with the connection. */
export function passThrough(response: ServerResponse): AnswerSink {
  return {
    head(status, statusText, headers) {
      response.sendDate = false;
      response.writeHead(status, statusText, flatForNode(endToEnd(headers)));
    },
    body(chunk) {
      if (response.destroyed || response.write(chunk)) return undefined;
      return new Promise((resolve) => {
        const go = () => {
          response.off("drain", go);
          response.off("close", go);
          resolve();
        };
        // A sender that has gone does not keep the handler from being heard to the end.
        response.once("drain", go);
        response.once("close", go);
      });
    },
    end: () => void response.end(),
    // Of what has not begun, the sender can still be told.
    broken: () => void (response.headersSent && response.destroy()),
  };
}

/** Seconds after which a sender may try again. */
const RETRY_AFTER_SECONDS = 5;

interface PlainAnswer {
  readonly status: number;
  readonly text: string;
  readonly retry?: boolean;
  /** With 401: how to be let in. */
  readonly challenge?: string | undefined;
}

/** An answer of our own, in one line of text. */
export function answerPlainly(
  response: ServerResponse,
  { status, text, retry = false, challenge }: PlainAnswer,
): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(`hookspool: ${text}\n`);
  // Named, since a handler's status line that could not be passed on would leave its text behind.
  response.writeHead(status, STATUS_CODES[status], {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": body.length,
    ...(challenge === undefined ? {} : { "WWW-Authenticate": challenge }),
    ...(retry ? { "Retry-After": RETRY_AFTER_SECONDS } : {}),
  });
  response.end(body);
}

/** Tells the sender that the handler gave no answer, in a way that makes it try again. */
export function answerWithoutHandler(
  response: ServerResponse,
  { outcome, delivery, problem }: NewAttempt,
): void {
  const status = { refused: 503, "timed-out": 504, aborted: 502, responded: 502 }[outcome];
  answerPlainly(response, { status, text: `delivery ${delivery} is kept, but ${problem}.`, retry: true });
}
