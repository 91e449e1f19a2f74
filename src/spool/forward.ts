import { lookup as systemLookup } from "node:dns";
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { pipeline } from "node:stream/promises";
import type { HandlerResponse, NewAttempt, Outcome, Trigger } from "../core/attempt.ts";
import { RECORDED_RESPONSE_BYTES } from "../core/attempt.ts";
import type { RequestHead } from "../core/delivery.ts";
import { systemCode } from "../core/errors.ts";
import { type HeaderPairs, pairsFromRaw } from "../core/headers.ts";
import type { StoredBody } from "../core/ports.ts";
import { type Target, urlAtTarget } from "../core/target.ts";
import { eachChunk } from "./each-chunk.ts";
import { createTurns, type TurnLimits } from "./turns.ts";
import { flatForNode, type WireRequest, wireRequest } from "./wire.ts";

/** Where a handler's answer goes while it arrives: back to the sender, or nowhere. */
export interface AnswerSink {
  head(status: number, statusText: string, headers: HeaderPairs): void;
  /** Resolves when more may be given. */
  body(chunk: Uint8Array): Promise<void> | undefined;
  end(): void;
  /** The answer broke off in the middle; what has been passed on must not look whole. */
  broken(): void;
}

interface Errand {
  readonly delivery: number;
  readonly head: RequestHead;
  readonly body: StoredBody;
  readonly target: Target;
  readonly trigger: Trigger;
  /** For the whole answer, its body included. */
  readonly timeoutMs: number;
  readonly sink?: AnswerSink | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Forwarder {
  /** Hands one delivery to one target. Never rejects: what went wrong is the attempt's outcome. */
  forward(errand: Errand): Promise<NewAttempt>;
  close(): void;
}

interface ForwarderOptions {
  /** Take a local HTTPS target's own certificate. */
  readonly insecure?: boolean | undefined;
  /** PEM of a certificate authority to trust for HTTPS targets. */
  readonly ca?: string | undefined;
  /** How many deliveries a handler has at a time, and how many wait for it; no limit where absent. */
  readonly turns?: TurnLimits | undefined;
}

/**
 * Fewer than the shortest queue of connections that handlers are commonly started with (128), so that what
 * waits does so here, where it is counted and ends.
 */
export const DEFAULT_CONCURRENCY = 64;

/** So many deliveries wait for a handler that is busy, their senders with them. */
export const MOST_WAITING = 1_000;

interface Client {
  readonly agent: http.Agent;
  readonly request: typeof http.request;
}

/**
 * Node's own servers close an idle connection after 5 s, without a word. Ours is let go before, so that a
 * delivery is not sent into a closing connection.
 */
const IDLE_CONNECTION_MS = 4_000;

/**
 * One address of a name is tried for so long before the next. Node's 250 ms are over sooner than a busy machine
 * gets to look; an address of its own that nobody listens at says so at once.
 */
export const ADDRESS_PATIENCE_MS = 2_000;

export function createForwarder({ insecure = false, ca, turns: limits }: ForwarderOptions = {}): Forwarder {
  const options = {
    keepAlive: true,
    timeout: IDLE_CONNECTION_MS,
    scheduling: "lifo" as const,
    autoSelectFamilyAttemptTimeout: ADDRESS_PATIENCE_MS,
  };
  const clients = new Map<Target["protocol"], Promise<Client>>();
  const turns = limits && createTurns(limits);

  function clientFor(protocol: Target["protocol"]): Promise<Client> {
    const known = clients.get(protocol);
    if (known) return known;
    const client =
      protocol === "https:"
        ? openHttps()
        : Promise.resolve({ agent: new http.Agent(options), request: http.request });
    clients.set(protocol, client);
    return client;
  }

  /** TLS is loaded by those who have a target that speaks it. */
  async function openHttps(): Promise<Client> {
    const { Agent, request } = await import("node:https");
    const trust = { rejectUnauthorized: !insecure, ...(ca === undefined ? {} : { ca }) };
    return { agent: new Agent({ ...options, ...trust }), request };
  }

  async function ask(wire: WireRequest, errand: Errand): Promise<Exchange> {
    const { target } = errand;
    const { agent, request } = await clientFor(target.protocol);
    const open = () =>
      request({
        agent,
        host: target.hostname.replace(/^\[|\]$/g, ""),
        port: target.port,
        lookup: localLookup,
        method: wire.method,
        path: wire.path,
        // A flat list keeps order, spelling and repeats.
        headers: flatForNode(wire.headers) as unknown as Record<string, string>,
        setHost: false,
      });
    return exchange(open, errand);
  }

  /** Waits for this errand's turn; what comes of an errand that gets none. */
  function turnFor({ timeoutMs, signal, target }: Errand): Refused | Promise<Refused> {
    if (!turns || !limits) return undefined;
    const turn = turns.take({ waitMs: timeoutMs, signal });
    if (turn === "now") return undefined;
    const busy = `${target.origin} is busy (--concurrency ${limits.atOnce})`;
    if (turn === "full")
      return notAsked("refused", `${busy}, and ${limits.waiting} deliveries wait for it already`);
    return turn.then((how) => {
      if (how === "now") return undefined;
      return signal?.aborted
        ? notAsked("aborted", STOPPED)
        : notAsked("timed-out", `${busy}: no turn came within ${timeoutMs / 1000} s`);
    });
  }

  return {
    async forward(errand) {
      const { delivery, head, body, target, trigger } = errand;
      const wire = wireRequest(head, body.size, target);
      const refused = await turnFor(errand);
      const startedAt = Date.now();
      const start = performance.now();
      const { outcome, problem, response } = refused ?? (await ask(wire, errand).finally(turns?.done));
      return {
        delivery,
        trigger,
        target: urlAtTarget(target, head.path),
        targetBase: target.base,
        startedAt,
        outcome,
        problem,
        response,
        ms: Math.round((performance.now() - start) * 10) / 10,
        changes: wire.changes,
      };
    },
    close() {
      for (const client of clients.values()) void client.then(({ agent }) => agent.destroy());
    },
  };
}

interface Exchange {
  readonly outcome: Outcome;
  readonly problem: string | null;
  readonly response: HandlerResponse | null;
}

async function exchange(open: () => ClientRequest, errand: Errand): Promise<Exchange> {
  const { signal, sink } = errand;
  let current: ClientRequest | undefined;
  let ended: "timed-out" | "aborted" | undefined;
  let answered = false;
  const end = (why: "timed-out" | "aborted") => {
    ended ??= why;
    current?.destroy();
    // A sender that does not read must not be waited for any longer either.
    if (answered) sink?.broken();
  };
  if (signal?.aborted) return failure(undefined, "aborted", errand);
  const timer = setTimeout(end, errand.timeoutMs, "timed-out");
  const onAbort = () => end("aborted");
  signal?.addEventListener("abort", onAbort);
  try {
    const openWatched = () => {
      current = open();
      // The size of a head is its limit; older Nodes would drop what is over a count without a word.
      current.maxHeadersCount = 0;
      return current;
    };
    const incoming = await send(openWatched, errand.body, () => ended !== undefined);
    answered = true;
    const response = await receive(incoming, sink);
    if (ended !== undefined) return failure(undefined, ended, errand);
    return { outcome: "responded", problem: null, response };
  } catch (error) {
    if (answered) sink?.broken();
    return failure(error, ended, errand);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    // Answered early, the rest of the body need not be sent.
    if (!current?.writableFinished) current?.destroy();
  }
}

/** Sends the request; on a kept connection that turns out to be closed, once more on a fresh one. */
async function send(
  open: () => ClientRequest,
  body: StoredBody,
  stopped: () => boolean,
): Promise<IncomingMessage> {
  for (let again = false; ; again = true) {
    const request = open();
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      const onClose = () => reject(new Error("the connection was closed"));
      request.once("error", reject);
      request.once("close", onClose);
      request.once("response", (incoming) => {
        // It closes after an answer too, and an error that nobody hears of would cost its stack.
        request.off("close", onClose);
        resolve(incoming);
      });
    });
    try {
      if (body.size <= SMALL_BODY_BYTES) {
        request.end(body.bytes());
        return await answer;
      }
      // A handler may answer before it has read everything; what cannot be sent fails at once.
      return await Promise.race([answer, stream(body, request).then(() => answer)]);
    } catch (error) {
      const closedBefore = request.reusedSocket && ["ECONNRESET", "EPIPE"].includes(systemCode(error) ?? "");
      if (!closedBefore || again || stopped()) throw error;
    }
  }
}

async function stream(body: StoredBody, request: ClientRequest): Promise<void> {
  try {
    await pipeline(body.stream(), request);
  } catch (error) {
    // A handler may answer and close before it has read everything: its answer is what counts.
    if (!["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(systemCode(error) ?? "")) throw error;
  }
}

const SMALL_BODY_BYTES = 256 * 1024;

async function receive(incoming: IncomingMessage, sink: AnswerSink | undefined): Promise<HandlerResponse> {
  const status = incoming.statusCode ?? 0;
  const statusText = incoming.statusMessage ?? "";
  const headers = pairsFromRaw(incoming.rawHeaders);
  sink?.head(status, statusText, headers);
  const kept: Uint8Array[] = [];
  let bytes = 0;
  await eachChunk(incoming, (chunk) => {
    const room = RECORDED_RESPONSE_BYTES - bytes;
    if (room > 0) kept.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
    bytes += chunk.length;
    return sink?.body(chunk);
  });
  sink?.end();
  const [only] = kept;
  const body = kept.length === 1 && only ? only : Buffer.concat(kept);
  return { status, statusText, headers, body, bytes };
}

/** What is on record of an errand that got no turn; `undefined` for one that did. */
type Refused = Exchange | undefined;

function notAsked(outcome: Exclude<Outcome, "responded">, problem: string): Exchange {
  return { outcome, problem, response: null };
}

function failure(error: unknown, ended: "timed-out" | "aborted" | undefined, errand: Errand): Exchange {
  const { outcome, problem } = describe(error, ended, errand);
  return { outcome, problem, response: null };
}

const STOPPED = "hookspool was stopped before the handler answered";

function describe(
  error: unknown,
  ended: "timed-out" | "aborted" | undefined,
  { target, timeoutMs }: Errand,
): { outcome: Outcome; problem: string } {
  if (ended === "timed-out")
    return { outcome: "timed-out", problem: `no whole answer within ${timeoutMs / 1000} s` };
  if (ended === "aborted") return { outcome: "aborted", problem: STOPPED };
  // Happy eyeballs: one error for each address that was tried.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = systemCode(first) ?? "";
  if (code === "ECONNREFUSED") return { outcome: "refused", problem: `nothing listens at ${target.origin}` };
  if (["EMFILE", "ENFILE"].includes(code))
    return { outcome: "refused", problem: "too many files are open here to reach it (ulimit -n)" };
  if (["ENOTFOUND", "EAI_AGAIN"].includes(code))
    return { outcome: "refused", problem: `the name ${target.hostname} is not known` };
  if (["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EADDRNOTAVAIL"].includes(code))
    return { outcome: "refused", problem: `${target.origin} cannot be reached (${code})` };
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return { outcome: "refused", problem: `its certificate is not trusted (${code}): use -k or --cacert` };
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return {
      outcome: "refused",
      problem: "it does not speak TLS: is the target http:// rather than https://?",
    };
  if (code.startsWith("HPE_"))
    return { outcome: "aborted", problem: `the handler's answer is not valid HTTP (${code})` };
  return { outcome: "aborted", problem: "the handler closed the connection before its answer was whole" };
}

/** `localhost` means whichever of the two loopback addresses answers, whatever the hosts file says. */
export const localLookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== "localhost" && !hostname.endsWith(".localhost")) {
    systemLookup(hostname, options, callback);
    return;
  }
  const addresses = [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
  const [first] = addresses;
  // Another tick, as a real look-up would be.
  process.nextTick(() => (options.all ? callback(null, addresses) : callback(null, first?.address ?? "", 4)));
};
