/** A server that takes `ssh -R`, and how one learns under which URL it then leads here. */
export interface SshService {
  /** Who sees the deliveries: `srv.us`. */
  readonly operator: string;
  /** `user@host`, or a host alone for the person's own user name. */
  readonly destination: string;
  readonly port: number;
  /** Whether we show a key of our own, and no other: a stranger has no business with the person's. */
  readonly ownKey: boolean;
  /** The argument of `-R`, for a port of this machine and the name that is wanted. */
  forward(localPort: number, name: string | undefined): string;
  /** What is run there; `null` for nothing, not even a session. */
  readonly command: readonly string[] | null;
  /** Reads the URL out of one line of what it prints. */
  readAddress(line: string): SshAddress | undefined;
}

export interface SshAddress {
  readonly url: string;
  /** What to ask for the next time; `null` where asking is of no use. */
  readonly name: string | null;
}

/** The public services, by what `--tunnel-host` calls them; the first is the default. */
export const sshServices = ["srv.us", "localhost.run", "pinggy"];

interface Wanted {
  /** `srv.us`, `localhost.run`, `pinggy`, or `[user@]host[:port]`; srv.us where absent. */
  readonly host: string | undefined;
  /** For a plain sshd: the port that it is to listen on; 0 for any. */
  readonly remotePort: number | undefined;
}

/**
 * The service that is meant; `undefined` where the host is none.
 */
export function sshService({ host = "srv.us", remotePort }: Wanted): SshService | undefined {
  const address = parseHost(host);
  if (!address) return undefined;
  const { user, hostname, port } = address;
  const as = (fallback: string | undefined, name = hostname) => {
    const who = user ?? fallback;
    return who === undefined ? name : `${who}@${name}`;
  };
  if (hostname === "srv.us") return { ...srvUs, destination: as("nomatch"), port: port ?? 22 };
  if (hostname === "localhost.run") return { ...localhostRun, destination: as("nokey"), port: port ?? 22 };
  if (hostname === "pinggy" || /(^|\.)pinggy\.io$/.test(hostname))
    return {
      ...pinggy,
      destination: as(undefined, hostname === "pinggy" ? "free.pinggy.io" : hostname),
      port: port ?? 443,
    };
  const own = { operator: hostname, destination: as(undefined), port: port ?? 22, ownKey: false };
  return remotePort === undefined ? { ...own, ...sish } : { ...own, ...plainSshd(hostname, remotePort) };
}

function parseHost(text: string) {
  const parts = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(\[[0-9a-f:.]+\]|[^:@/\s-][^:@/\s]*)(?::(\d{1,5}))?\/?$/i.exec(
    text,
  );
  if (!parts) return undefined;
  const [, user, hostname = "", port] = parts;
  // What begins with a dash would be taken for an option.
  if (user?.startsWith("-") || Number(port ?? 1) > 65_535) return undefined;
  return {
    user,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === undefined ? undefined : Number(port),
  };
}

type Ways = Pick<SshService, "forward" | "command" | "readAddress">;

/**
 * The URL follows from the key, and stays. `nomatch`: do not look the key up at GitHub and GitLab.
 *
 * @see https://github.com/pcarrier/srv.us
 */
const srvUs = {
  operator: "srv.us",
  ownKey: true,
  forward: (localPort) => `1:127.0.0.1:${localPort}`,
  command: [],
  readAddress: (line) => addressOf(/^1: (https:\/\/[^\s,]+)/.exec(line)?.[1]),
} as const satisfies Ways & Partial<SshService>;

/**
 * Free names change every few hours; a domain of one's own can be asked for with its key.
 *
 * @see https://localhost.run/docs/cli
 */
const localhostRun = {
  operator: "localhost.run",
  ownKey: true,
  forward: (localPort, name) => `${name === undefined ? "" : `${name}:`}80:127.0.0.1:${localPort}`,
  command: ["--output", "json"],
  readAddress(line) {
    const { event, address } = readObject(line);
    return event === "tcpip-forward" && typeof address === "string"
      ? addressOf(`https://${address}`)
      : undefined;
  },
} as const satisfies Ways & Partial<SshService>;

/**
 * Over port 443, which most networks let out. A free tunnel ends after 60 minutes.
 *
 * @see https://pinggy.io/docs/http_tunnels/
 */
const pinggy = {
  operator: "pinggy.io",
  ownKey: true,
  forward: (localPort) => `0:127.0.0.1:${localPort}`,
  command: [],
  readAddress: (line) => addressOf(/https:\/\/[a-z0-9.-]+\.pinggy\.(?:link|online)\b/i.exec(line)?.[0]),
} as const satisfies Ways & Partial<SshService>;

/**
 * Its port 80 is a virtual host for HTTP; the name is asked for as the address to bind to.
 *
 * @see https://docs.ssi.sh/
 */
const sish: Ways = {
  forward: (localPort, name) => `${name === undefined ? "" : `${name}:`}80:127.0.0.1:${localPort}`,
  command: [],
  readAddress(line) {
    const url = /\bHTTPS?: (https?:\/\/\S+)/.exec(line)?.[1];
    const label = url && /^https?:\/\/([a-z0-9-]+)\./i.exec(url)?.[1];
    return addressOf(url, label ?? null);
  },
};

/** OpenSSH: a port of the server. It listens for the world only where sshd_config allows it (GatewayPorts). */
function plainSshd(hostname: string, remotePort: number): Ways {
  const url = (port: number | string) =>
    `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  return {
    // The port that was given the last time, where any will do.
    forward: (localPort, name) =>
      `*:${remotePort === 0 && /^\d+$/.test(name ?? "") ? name : remotePort}:127.0.0.1:${localPort}`,
    command: null,
    readAddress(line) {
      const any = /^Allocated port (\d+) for remote forward/.exec(line)?.[1];
      if (any !== undefined) return addressOf(url(any), any);
      const asked = /^(?:debug1: )?remote forward success for: listen (?:\S*:)?(\d+)\b/.exec(line)?.[1];
      if (asked === undefined || asked === "0") return undefined;
      return addressOf(url(asked), remotePort === 0 ? asked : null);
    },
  };
}

function addressOf(url: string | undefined, name: string | null = null): SshAddress | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return { url: `${origin}${pathname.replace(/\/+$/, "")}`, name };
}

function readObject(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
