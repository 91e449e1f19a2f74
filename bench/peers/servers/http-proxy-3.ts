/** `node http-proxy-3.ts PORT TARGET`: passes everything on over kept-alive connections. */
import { Agent } from "node:http";
import { loadPeer } from "../../support/peer-packages.ts";

/** The part of http-proxy-3 that is used here. */
interface HttpProxy {
  createProxyServer(options: { target: string; agent: Agent }): {
    listen(port: number, host: string): void;
    on(event: "error", listener: () => void): void;
  };
}

const [port, target] = process.argv.slice(2);
const { createProxyServer } = (await loadPeer("http-proxy-3")) as HttpProxy;
const proxy = createProxyServer({
  target: `http://127.0.0.1:${target}`,
  agent: new Agent({ keepAlive: true }),
});
proxy.on("error", () => {});
proxy.listen(Number(port), "127.0.0.1");
