import { type ChildProcess, fork } from "node:child_process";
import { type OpenTunnel, type TunnelDriver, TunnelFailure } from "../core/tunnel.ts";
import { get } from "./_get.ts";
import type { Order, Report } from "./_localtunnel-protocol.ts";

/**
 * The server that the client library asks when told of no other; the names it gives are below loca.lt.
 *
 * @see https://github.com/localtunnel/localtunnel/issues/340
 */
const PUBLIC_SERVER = "https://localtunnel.me";

export const localtunnelTunnel: TunnelDriver = {
  name: "localtunnel",
  caution:
    "localtunnel carries deliveries over plain TCP between its server and this machine: whoever sits in between can read and change them.",
  opensPerHour: 20,
  clientAddressHeader: null,
  check: () => checkServer(PUBLIC_SERVER),
  async open({ port, host = PUBLIC_SERVER, subdomain, signal }) {
    signal.throwIfAborted();
    const client = startClient();
    try {
      return await client.open({ host, name: subdomain, port }, signal);
    } catch (error) {
      await client.kill();
      throw error;
    }
  },
};

const CHECK_MS = 4_000;

/** Asks for the server's status, which gives no tunnel away. */
async function checkServer(server: string): Promise<string | null> {
  const { host } = new URL(server);
  try {
    const { status } = await get(new URL("/api/status", server), { headers: {}, timeoutMs: CHECK_MS });
    return status === 200 ? null : `${host} answers with ${status}`;
  } catch (error) {
    if (error instanceof TunnelFailure) return error.message;
    throw error;
  }
}

/** How long the client may take to end by itself, in ms. */
const GRACE_MS = 1_000;

function startClient() {
  const file = import.meta.url.endsWith(".ts") ? "_localtunnel-process.ts" : "localtunnel-process.js";
  const child = fork(new URL(`./${file}`, import.meta.url), {
    env: environmentOfClient(process.env),
    execArgv: [],
    stdio: "ignore",
  });
  const ended = endOf(child);
  const lost = Promise.race([ended, lossOf(child)]);

  return {
    /** @throws {TunnelFailure} or the signal's reason */
    open(order: Order, signal: AbortSignal): Promise<OpenTunnel> {
      return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        child.on("message", (report: Report) => {
          if (report.type === "opened") resolve({ url: report.url, subdomain: report.name, lost, close });
          if (report.type === "failed") reject(failureOf(report));
          if (report.type === "lost") reject(new TunnelFailure("broken", report.reason));
        });
        void ended.then((reason) => reject(new TunnelFailure("broken", reason)));
        // A client that cannot be told has ended, which says more.
        child.send(order, () => {});
      });
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
  };

  async function close(): Promise<void> {
    const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(timer);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, by) => resolve(`the localtunnel client ended (${by ?? `exit code ${code}`})`));
    // A process that could not be started has no exit.
    child.once("error", (error) => resolve(`the localtunnel client cannot be run: ${error.message}`));
  });
}

function lossOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("message", (report: Report) => {
      if (report.type === "lost") resolve(report.reason);
    });
  });
}

function failureOf({ kind, message, retryAfterMs }: Extract<Report, { type: "failed" }>): TunnelFailure {
  return new TunnelFailure(kind, message, retryAfterMs === null ? {} : { retryAfterMs });
}

/** What reaching a server takes, and nothing else: a process that talks to strangers gets no secrets. */
function environmentOfClient(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => passedOn.has(name.toUpperCase())));
}

const passedOn = new Set([
  "PATH",
  "HOME",
  "USERPROFILE",
  "SYSTEMROOT",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
]);
