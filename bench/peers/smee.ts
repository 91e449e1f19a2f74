import { fileURLToPath } from "node:url";
import { installPeers, peerVersion } from "../support/peer-packages.ts";
import { freePort, startServer } from "../support/processes.ts";
import type { Contender } from "./contender.ts";

/**
 * smee-client behind a channel of our own, since smee.io's server is not on npm: it answers the sender at once and
 * passes the delivery on as a server-sent event, as that does.
 */
export const smee: Contender = {
  name: "smee-client",
  keeps: "nothing; answers before the handler does",
  version: () => peerVersion("smee-client"),
  install: installPeers,
  async start({ target }) {
    const port = await freePort();
    const script = fileURLToPath(new URL("./servers/smee.ts", import.meta.url));
    const args = [script, String(port), String(target)];
    return { port, server: await startServer(process.execPath, args, { side: "contender", port }) };
  },
};
