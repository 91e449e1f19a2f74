import { fileURLToPath } from "node:url";
import { installPeers, peerVersion } from "../support/peer-packages.ts";
import { freePort, startServer } from "../support/processes.ts";
import type { Contender } from "./contender.ts";

/** What HTTP Toolkit is made of: forwards, and keeps the traffic to show it. */
export const mockttp: Contender = {
  name: "mockttp",
  keeps: "request and answer, in memory",
  version: () => peerVersion("mockttp"),
  install: installPeers,
  async start({ target }) {
    const port = await freePort();
    const script = fileURLToPath(new URL("./servers/mockttp.ts", import.meta.url));
    const args = [script, String(port), String(target)];
    return { port, server: await startServer(process.execPath, args, { side: "contender", port }) };
  },
};
