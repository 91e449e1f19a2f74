import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { answerProbe } from "../../src/core/probe.ts";
import type { ProbeSecret } from "../../src/core/tunnel.ts";

export const probeSecret: ProbeSecret = {
  path: "/.well-known/hookspool/0123456789abcdef",
  key: "00112233445566778899aabbccddeeff",
};

interface FrontRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface ProbedFront {
  readonly port: number;
  /** What arrived and was no probe. */
  readonly requests: FrontRequest[];
  /** How many probes arrived. */
  readonly probes: number;
  /** Emits `probe` when one has been answered. */
  readonly events: EventEmitter;
  /** Whether probes are answered with the proof; a stranger cannot. */
  proves: boolean;
  /** Resolves when a request to `/break` has had its connection reset in the middle of its body. */
  readonly broke: Promise<void>;
  close(): Promise<void>;
}

/** What a tunnel leads to: proves itself to probes, and gives every other request its own body back. */
export async function startProbedFront({ headersTimeout = 60_000 } = {}): Promise<ProbedFront> {
  const requests: FrontRequest[] = [];
  const events = new EventEmitter();
  let probes = 0;
  let port = 0;
  let onBroke = () => {};
  const broke = new Promise<void>((resolve) => {
    onBroke = resolve;
  });
  const connectionsCheckingInterval = Math.min(headersTimeout, 1_000);
  const server = createServer({ headersTimeout, connectionsCheckingInterval }, (request, response) => {
    const proof = answerProbe(request.url ?? "", probeSecret);
    if (proof !== null) {
      probes += 1;
      response.end(front.proves ? proof : "<html>Welcome</html>", () => events.emit("probe"));
      return;
    }
    if (request.url === "/break") {
      request.once("data", () => {
        request.socket.resetAndDestroy();
        onBroke();
      });
      return;
    }
    void echo(request).then(
      (body) => response.end(body),
      () => response.destroy(),
    );
  });
  const front: ProbedFront = {
    get port() {
      return port;
    },
    get probes() {
      return probes;
    },
    events,
    requests,
    proves: true,
    broke,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  async function echo(request: IncomingMessage): Promise<Buffer> {
    const body = await buffer(request);
    const { method, url, rawHeaders } = request;
    requests.push({ method, url, rawHeaders, body });
    return body;
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  return front;
}
