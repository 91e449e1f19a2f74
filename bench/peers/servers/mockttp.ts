/** `node mockttp.ts PORT TARGET`: passes everything on and records it. */
import { loadPeer } from "../../support/peer-packages.ts";

/** The part of mockttp that is used here. */
interface Mockttp {
  getLocal(options: { recordTraffic: boolean }): {
    start(port: number): Promise<void>;
    forAnyRequest(): { thenForwardTo(url: string): Promise<unknown> };
  };
}

const [port, target] = process.argv.slice(2);
const { getLocal } = (await loadPeer("mockttp")) as Mockttp;
const server = getLocal({ recordTraffic: true });
await server.start(Number(port));
await server.forAnyRequest().thenForwardTo(`http://127.0.0.1:${target}`);
