import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Writable } from "node:stream";
import type { NewAttempt } from "../core/attempt.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { AnswerSink } from "./forward.ts";
import { flatForNode } from "./wire.ts";

/** Where a sender waits to be answered. */
export interface Reply extends AnswerSink {
  /** Nothing has been said yet, and the sender is still there. */
  readonly isOpen: boolean;
}

/** Answers through Node's `http`: every byte as it is given. */
export function replyThrough(response: ServerResponse): Reply {
  return {
    get isOpen() {
      return !response.headersSent && !response.destroyed;
    },
    head(status, statusText, headers) {
      response.sendDate = false;
      response.writeHead(status, statusText, flatForNode(headers));
    },
    body(chunk) {
      if (response.destroyed || response.write(chunk)) return undefined;
      return drained(response);
    },
    end: () => void response.end(),
    // Of what has not begun, the sender can still be told.
    broken: () => void (response.headersSent && response.destroy()),
  };
}

/** Resolves when more may be written; a sender that has gone does not keep the handler from being heard to the end. */
export function drained(sender: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      sender.off("drain", go).off("close", go);
      resolve();
    };
    sender.once("drain", go).once("close", go);
  });
}

/** Seconds after which a sender may try again. */
const RETRY_AFTER_SECONDS = 5;

interface OwnAnswer {
  readonly status: number;
  readonly text: string;
  readonly retry?: boolean;
  /** With 401: how to be let in. */
  readonly challenge?: string | undefined;
}

/** An answer of our own, in one line of text. */
export function answerPlainly(reply: Reply, { status, text, retry = false, challenge }: OwnAnswer): void {
  if (!reply.isOpen) return;
  const body = Buffer.from(`hookspool: ${text}\n`);
  const headers: HeaderPairs = [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Content-Length", String(body.length)],
    ["Date", new Date().toUTCString()],
    ...(challenge === undefined ? [] : [["WWW-Authenticate", challenge] as const]),
    ...(retry ? [["Retry-After", String(RETRY_AFTER_SECONDS)] as const] : []),
  ];
  reply.head(status, STATUS_CODES[status] ?? "", headers);
  reply.body(body);
  reply.end();
}

/** Tells the sender that the handler gave no answer, in a way that makes it try again. */
export function answerWithoutHandler(reply: Reply, { outcome, delivery, problem }: NewAttempt): void {
  const status = { refused: 503, "timed-out": 504, aborted: 502, responded: 502 }[outcome];
  answerPlainly(reply, { status, text: `delivery ${delivery} is kept, but ${problem}.`, retry: true });
}
