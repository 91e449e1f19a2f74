import { join } from "node:path";
import { freePort, startServer } from "../support/processes.ts";
import { type Contender, versionOf } from "./contender.ts";

/** mitmproxy's recorder: every flow is written to a file, without a sync. */
export const mitmdump: Contender = {
  name: "mitmdump -w",
  keeps: "request and answer, in a file, not synced",
  version: () => versionOf("mitmdump", "--version"),
  install: "apt-get install mitmproxy",
  async start({ target, folder }) {
    const port = await freePort();
    const args = [
      ...["--quiet", "--mode", `reverse:http://127.0.0.1:${target}`],
      ...["--listen-host", "127.0.0.1", "--listen-port", String(port)],
      ...["-w", join(folder, "flows"), "--set", `confdir=${folder}`],
    ];
    return { port, server: await startServer("mitmdump", args, { side: "contender", port }) };
  },
};
