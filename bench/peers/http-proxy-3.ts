import { fileURLToPath } from "node:url";
import { installPeers, peerVersion } from "../support/peer-packages.ts";
import { freePort, startServer } from "../support/processes.ts";
import type { Contender } from "./contender.ts";

/** The proxy of development servers: forwards. */
export const httpProxy3: Contender = {
  name: "http-proxy-3",
  keeps: "nothing",
  version: () => peerVersion("http-proxy-3"),
  install: installPeers,
  async start({ target }) {
    const port = await freePort();
    const script = fileURLToPath(new URL("./servers/http-proxy-3.ts", import.meta.url));
    const args = [script, String(port), String(target)];
    return { port, server: await startServer(process.execPath, args, { side: "contender", port }) };
  },
};
