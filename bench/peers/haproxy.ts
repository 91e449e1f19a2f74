import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, startServer } from "../support/processes.ts";
import { type Contender, versionOf } from "./contender.ts";

/** As a reverse proxy with kept-alive connections to the handler, one thread, no log. */
export const haproxy: Contender = {
  name: "HAProxy",
  keeps: "nothing",
  version: () => versionOf("/usr/sbin/haproxy", "-v"),
  install: "apt-get install haproxy",
  async start({ target, folder }) {
    const port = await freePort();
    const file = join(folder, "haproxy.cfg");
    writeFileSync(file, configuration({ target, port }));
    const args = ["-db", "-f", file];
    return { port, server: await startServer("/usr/sbin/haproxy", args, { side: "contender", port }) };
  },
};

const configuration = ({ target, port }: { target: number; port: number }) => `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  default_backend handler
backend handler
  server handler 127.0.0.1:${target}
`;
