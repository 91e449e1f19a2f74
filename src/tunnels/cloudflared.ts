import { devNull } from "node:os";
import { type OpenTunnel, type TunnelDriver, TunnelFailure, type TunnelOptions } from "../core/tunnel.ts";
import { aborted } from "./_aborted.ts";
import { connected, watchConnection } from "./_cloudflared-ready.ts";
import { cloudflaredFailure } from "./_cloudflared-words.ts";
import { environmentWith, reachingServers } from "./_environment.ts";
import { canRun, findProgram } from "./_find-program.ts";
import { type RunningProgram, runProgram } from "./_program.ts";

/**
 * Cloudflare's own program, where it is installed: quick tunnels, and with `--tunnel-host` the named tunnel that
 * this host leads to. Its connections are TLS or QUIC, and it mends them itself.
 */
export const cloudflaredTunnel: TunnelDriver = {
  name: "cloudflared",
  opensPerHour: 20,
  /** @see https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-connecting-ip */
  clientAddressHeader: "cf-connecting-ip",
  operator: () => "Cloudflare",
  missing: async () => (typeof (await locate()) === "string" ? null : notThere()),
  async open(options) {
    const program = await locate();
    if (program === undefined) throw new TunnelFailure("broken", notThere());
    return openTunnel(program, options);
  },
};

async function locate(): Promise<string | undefined> {
  const named = process.env.CLOUDFLARED_BIN;
  if (named === undefined || named === "") return findProgram("cloudflared");
  return (await canRun(named)) ? named : undefined;
}

function notThere(): string {
  const named = process.env.CLOUDFLARED_BIN;
  if (named) return `CLOUDFLARED_BIN names ${named}, which cannot be run`;
  return "cloudflared is not on the PATH: install it (https://developers.cloudflare.com/tunnel/downloads/) or name it in CLOUDFLARED_BIN";
}

/** The name of a quick tunnel takes a while to be known; a name asked for too early stays unknown for longer. */
const SETTLES_MS = 20_000;
const LINES_KEPT = 30;

async function openTunnel(program: string, options: TunnelOptions): Promise<OpenTunnel> {
  const { host, subdomain } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const log: string[] = [];
  let onUrl: (url: string) => void = () => {};
  let onMetrics: (address: string) => void = () => {};
  const url =
    host === undefined
      ? new Promise<string>((resolve) => (onUrl = resolve))
      : `${/^https?:/.test(host) ? "" : "https://"}${host.replace(/\/+$/, "")}`;
  const metrics = new Promise<string>((resolve) => (onMetrics = resolve));

  signal.throwIfAborted();
  const cloudflared = runProgram({
    program,
    args: host === undefined ? quick(options) : named(options),
    env: environmentWith(process.env, [...reachingServers, ...(host === undefined ? [] : namedOnly)]),
    onLine(line) {
      const given = /\|\s+(https?:\/\/\S+)\s+\|/.exec(line)?.[1];
      if (given !== undefined) onUrl(given);
      const address = /Starting metrics server on (\S+?)\/metrics/.exec(line)?.[1];
      if (address !== undefined) onMetrics(address);
      if (line.trim() === "") return;
      log.push(line.trim());
      if (log.length > LINES_KEPT) log.shift();
    },
  });
  try {
    const opened = await Promise.race([
      Promise.all([url, metrics.then((address) => connected(address, signal))]),
      cloudflared.ended.then((how) => {
        throw cloudflaredFailure(log, how);
      }),
      aborted(signal),
    ]);
    return openedTunnel(cloudflared, { url: opened[0], metrics: opened[1], subdomain, log });
  } catch (error) {
    failed.abort();
    await cloudflared.close();
    // At the deadline, what it logged so far says why.
    throw error === options.signal.reason ? cloudflaredFailure(log, "did not connect in time") : error;
  }
}

/** A configuration of the person's own would forbid quick tunnels. */
const quick = ({ port }: TunnelOptions) => [
  ...["tunnel", "--config", devNull, "--no-autoupdate", "--metrics", "127.0.0.1:0"],
  ...["--url", `http://127.0.0.1:${port}`],
];

/** Nothing is made at Cloudflare: the tunnel and its DNS name are there already. */
const named = ({ port, subdomain }: TunnelOptions) => [
  ...["tunnel", "--no-autoupdate", "--metrics", "127.0.0.1:0", "run", "--url", `http://127.0.0.1:${port}`],
  ...(subdomain === undefined ? [] : [subdomain]),
];

interface Opened {
  readonly url: string;
  readonly metrics: string;
  readonly subdomain: string | undefined;
  readonly log: readonly string[];
}

function openedTunnel(cloudflared: RunningProgram, { url, metrics, subdomain, log }: Opened): OpenTunnel {
  const over = new AbortController();
  const lost = cloudflared.ended.then((how) => {
    over.abort();
    return `cloudflared ${how}`;
  });
  return {
    url,
    // A quick tunnel's name cannot be asked for; a named tunnel's is the person's.
    subdomain: subdomain ?? null,
    lost,
    settlesMs: SETTLES_MS,
    onConnection: (hear) => void watchConnection({ metrics, log, hear, signal: over.signal }),
    close() {
      over.abort();
      return cloudflared.close();
    },
  };
}

/** cloudflared takes every flag from the environment too; only a named tunnel's token is meant. */
const namedOnly = ["TUNNEL_TOKEN", "TUNNEL_CRED_FILE", "TUNNEL_ORIGIN_CERT"];
