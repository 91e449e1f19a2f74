import { type ChildProcess, fork } from "node:child_process";
import type { TunnelBody } from "localtunnel/lib/Tunnel.js";
import { type OpenTunnel, type TunnelDriver, TunnelFailure } from "../core/tunnel.ts";
import { environmentWith, reachingServers } from "./_environment.ts";
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
  // Its server passes on what a proxy before it says, and what a sender says as well.
  clientAddressHeader: null,
  operator: (host = PUBLIC_SERVER) => URL.parse(host)?.host ?? host,
  missing: async () => null,
  async open({ port, host = PUBLIC_SERVER, subdomain, resume, signal }) {
    signal.throwIfAborted();
    const client = startClient();
    try {
      return await client.open({ host, name: subdomain, port, resume: resume && JSON.parse(resume) }, signal);
    } catch (error) {
      await client.kill();
      throw error;
    }
  },
};

/** How long the client may take to end by itself, in ms. */
const GRACE_MS = 1_000;

function startClient() {
  const file = import.meta.url.endsWith(".ts") ? "_localtunnel-process.ts" : "localtunnel-process.js";
  const child = fork(new URL(`./${file}`, import.meta.url), {
    env: environmentWith(process.env, [...reachingServers, "NODE_USE_ENV_PROXY", "NODE_EXTRA_CA_CERTS"]),
    execArgv: [],
    stdio: "ignore",
  });
  let isForgotten = false;
  child.on("message", (report: Report) => {
    if (report.type === "lost") isForgotten = report.isForgotten;
  });
  const ended = endOf(child);
  const lost = Promise.race([ended, lossOf(child)]);

  return {
    /** @throws {TunnelFailure} or the signal's reason */
    open(order: Order, signal: AbortSignal): Promise<OpenTunnel> {
      return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        child.on("message", (report: Report) => {
          if (report.type === "opened") resolve(opened(report.body));
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

  function opened(body: TunnelBody): OpenTunnel {
    return {
      url: body.url,
      subdomain: body.id,
      lost,
      // For a second after its last connection the server keeps a name, and the pool's port, for nobody else.
      resume: () => (isForgotten ? undefined : JSON.stringify(body)),
      close,
    };
  }

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
