import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { publicKeySet } from "../../src/signing/_ed25519-keys.ts";
import { atTheEnd } from "./cleanup.ts";

/** Serves the public halves of keys, as a provider publishes them, and counts who asks. */
export interface KeyServer {
  readonly url: string;
  readonly asked: () => number;
  /** `undefined`: answers 503. */
  publish(secret: string | undefined): void;
}

export async function startKeyServer(secret?: string): Promise<KeyServer> {
  let published = secret;
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    if (published === undefined) response.writeHead(503).end();
    else
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(publicKeySet(published)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atTheEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    asked: () => asked,
    publish: (next) => {
      published = next;
    },
  };
}
