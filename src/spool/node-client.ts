import http, { type ClientRequest, type IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { INLINE_BODY_BYTES } from "../core/delivery.ts";
import { systemCode } from "../core/errors.ts";
import type { StoredBody } from "../core/ports.ts";
import type { Target } from "../core/target.ts";
import { type Asking, closedError, IDLE_CONNECTION_MS } from "./asking.ts";
import { connectionTo } from "./local-lookup.ts";
import { flatForNode, type WireRequest } from "./wire.ts";

/** Asks through Node's `http` and `https`: whatever there is to be asked. */
export interface NodeClient {
  ask(target: Target, wire: WireRequest, body: StoredBody): Promise<Asking>;
  close(): void;
}

interface NodeClientOptions {
  /** Take a local HTTPS target's own certificate. */
  readonly insecure: boolean;
  /** PEM of a certificate authority to trust for HTTPS targets. */
  readonly ca: string | undefined;
}

interface Protocol {
  readonly agent: http.Agent;
  readonly request: typeof http.request;
}

export function createNodeClient({ insecure, ca }: NodeClientOptions): NodeClient {
  const options = {
    keepAlive: true,
    timeout: IDLE_CONNECTION_MS,
    scheduling: "lifo" as const,
  };
  const protocols = new Map<Target["protocol"], Promise<Protocol>>();

  function protocolOf({ protocol }: Target): Promise<Protocol> {
    const known = protocols.get(protocol);
    if (known) return known;
    const opened =
      protocol === "https:"
        ? openHttps()
        : Promise.resolve({ agent: new http.Agent(options), request: http.request });
    protocols.set(protocol, opened);
    return opened;
  }

  /** TLS is loaded by those who have a target that speaks it. */
  async function openHttps(): Promise<Protocol> {
    const { Agent, request } = await import("node:https");
    const trust = { rejectUnauthorized: !insecure, ...(ca === undefined ? {} : { ca }) };
    return { agent: new Agent({ ...options, ...trust }), request };
  }

  return {
    async ask(target, wire, body) {
      const { agent, request } = await protocolOf(target);
      const sent = request({
        agent,
        ...connectionTo(target),
        method: wire.method,
        path: wire.path,
        // A flat list keeps order, spelling and repeats.
        headers: flatForNode(wire.headers) as unknown as Record<string, string>,
        setHost: false,
      });
      const answer = answerTo(sent);
      return {
        answer: sendBody(sent, body, answer),
        isReused: () => sent.reusedSocket,
        stop: () => void sent.destroy(),
        leave: () => void (sent.writableFinished || sent.destroy()),
      };
    },
    close() {
      for (const protocol of protocols.values()) void protocol.then(({ agent }) => agent.destroy());
    },
  };
}

/** Resolves with the answer's head. */
export function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  // The size of a head is its limit; older Nodes would drop what is over a count without a word.
  request.maxHeadersCount = 0;
  return new Promise((resolve, reject) => {
    const onClose = () => reject(closedError());
    request.on("error", reject);
    request.once("close", onClose);
    request.once("response", (incoming) => {
      // It closes after an answer too, and an error that nobody hears of would cost its stack.
      request.off("close", onClose);
      resolve(incoming);
    });
  });
}

function sendBody(request: ClientRequest, body: StoredBody, answer: Promise<IncomingMessage>) {
  if (body.size > INLINE_BODY_BYTES)
    // A handler may answer before it has read everything; what cannot be sent fails at once.
    return Promise.race([answer, stream(body, request).then(() => answer)]);
  request.end(body.bytes());
  return answer;
}

async function stream(body: StoredBody, request: ClientRequest): Promise<void> {
  try {
    await pipeline(body.stream(), request);
  } catch (error) {
    // A handler may answer and close before it has read everything: its answer is what counts.
    if (!["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(systemCode(error) ?? "")) throw error;
  }
}
