/** A process that opens a tunnel and keeps it: `open-tunnel.ts HOST PORT`. It prints the URL. */
import { localtunnelTunnel } from "../../src/tunnels/localtunnel.ts";

const [host = "", port = ""] = process.argv.slice(2);
const tunnel = await localtunnelTunnel.open({
  host,
  port: Number(port),
  folder: "",
  project: "test",
  signal: new AbortController().signal,
});
process.stdout.write(`${tunnel.url}\n`);
