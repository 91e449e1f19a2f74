/** A process that ends when a supervised tunnel that was up is closed: `supervise-and-close.ts HOST PORT`. */
import { superviseTunnel } from "../../src/tunnels/_supervise.ts";
import { localtunnelTunnel } from "../../src/tunnels/localtunnel.ts";
import { probeSecret } from "./probed-front.ts";

const [host = "", port = ""] = process.argv.slice(2);
const supervision = superviseTunnel({
  routes: [{ driver: localtunnelTunnel, host }],
  folder: "",
  project: "test",
  port: Number(port),
  probe: probeSecret,
  onStatus: () => {},
});
await supervision.ready;
await supervision.close();
