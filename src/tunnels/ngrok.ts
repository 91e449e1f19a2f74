import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type OpenTunnel, type TunnelDriver, TunnelFailure } from "../core/tunnel.ts";
import { aborted } from "./_aborted.ts";

/** ngrok's library, where the person has installed it, with the person's own account. */
export const ngrokTunnel: TunnelDriver = {
  name: "ngrok",
  opensPerHour: 60,
  // Documented to be added to what a sender may have written there itself.
  clientAddressHeader: null,
  operator: () => "ngrok",
  async missing() {
    if (!process.env.NGROK_AUTHTOKEN) return NO_TOKEN;
    return locate() === undefined ? NO_LIBRARY : null;
  },
  async open({ port, host, signal }) {
    const authtoken = process.env.NGROK_AUTHTOKEN;
    if (!authtoken) throw new TunnelFailure("broken", NO_TOKEN);
    const library = await load();
    signal.throwIfAborted();

    let hear: (broken: string | null) => void = () => {};
    const forwarding = library.forward({
      addr: `127.0.0.1:${port}`,
      authtoken,
      ...(host === undefined ? {} : { domain: host }),
      onStatusChange: (status) => hear(status === "connected" ? null : "ngrok has lost its connection"),
    });
    const listener = await Promise.race([forwarding, aborted(signal)]).catch((error) => {
      // It may still come, to nobody.
      void forwarding.then((late) => late.close()).catch(() => {});
      throw signal.aborted ? signal.reason : failureOf(error);
    });
    return openedTunnel(listener, (listens) => (hear = listens));
  },
};

const NO_TOKEN =
  "ngrok needs an account: set NGROK_AUTHTOKEN (https://dashboard.ngrok.com/get-started/your-authtoken)";
const NO_LIBRARY = "ngrok's library is not installed: npm install @ngrok/ngrok";

/** The part of `@ngrok/ngrok` that is used. */
interface NgrokLibrary {
  forward(options: {
    addr: string;
    authtoken: string;
    domain?: string;
    onStatusChange: (status: string) => void;
  }): Promise<Listener>;
}

interface Listener {
  url(): string | null;
  close(): Promise<void>;
}

async function openedTunnel(
  listener: Listener,
  onConnection: NonNullable<OpenTunnel["onConnection"]>,
): Promise<OpenTunnel> {
  const url = listener.url();
  if (url === null) throw new TunnelFailure("broken", "ngrok gave no URL");
  let closing: Promise<void> | undefined;
  return {
    url,
    subdomain: null,
    // The library goes on trying by itself, for as long as this process lives.
    lost: new Promise(() => {}),
    onConnection,
    close: () => (closing ??= Promise.race([listener.close().catch(() => {}), soon()])),
  };
}

const CLOSE_MS = 1_500;
const soon = () => new Promise<void>((resolve) => void setTimeout(resolve, CLOSE_MS).unref());

/** Beside hookspool, or in the project that it is run in. */
function locate(): string | undefined {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), "package.json"))])
    try {
      return createRequire(from).resolve("@ngrok/ngrok");
    } catch {}
  return undefined;
}

/** @throws {TunnelFailure} it is not installed, or not for this machine */
async function load(): Promise<NgrokLibrary> {
  const path = locate();
  if (path === undefined) throw new TunnelFailure("broken", NO_LIBRARY);
  try {
    const module = await import(pathToFileURL(path).href);
    return module.default ?? module;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TunnelFailure("broken", `ngrok's library cannot be loaded: ${why}`, { cause: error });
  }
}

function failureOf(error: unknown): TunnelFailure {
  const message = error instanceof Error ? error.message : String(error);
  // Account, limit, domain: ngrok says what it is, and gives it a code.
  const kind = /ERR_NGROK_/.test(message) ? "refused" : "unreachable";
  return new TunnelFailure(kind, `ngrok: ${message.replace(/\s+/g, " ").trim()}`, { cause: error });
}
