import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";
import type { Notice, Observer } from "../core/notice.ts";
import type { Target } from "../core/target.ts";
import type { ProbeSecret, TunnelDriver, TunnelStatus } from "../core/tunnel.ts";
import type { Store } from "../store/store.ts";
import { ownUrl, underUrl } from "../tunnels/_own-url.ts";
import { tunnels } from "../tunnels/_registry.ts";
import { sshService, sshServices } from "../tunnels/_ssh-services.ts";
import { superviseTunnel } from "../tunnels/_supervise.ts";
import { tryDriver } from "../tunnels/_trial.ts";
import { createEndpointHistory } from "./endpoint-history.ts";
import { watchTarget } from "./target-watch.ts";

export interface TunnelSettings {
  /** Drivers' names with commas between them, `auto` or `none`. */
  readonly tunnel: string;
  /** A localtunnel server's URL, an ssh server, or the host name of a named tunnel. */
  readonly tunnelHost: string | undefined;
  readonly subdomain: string | undefined;
  /** The person's own URL: of a tunnel of theirs, or of what the named driver leads to. */
  readonly publicUrl: string | undefined;
  readonly probeIntervalMs: number | undefined;
  /** Whether another operator may be taken after one has been up. */
  readonly fallback?: boolean;
  /** The port to listen on at an ssh server of one's own. */
  readonly remotePort?: number | undefined;
  /** The private key for ssh. */
  readonly tunnelKey?: string | undefined;
}

/** What `auto` takes, in this order, of what is usable here. */
const AUTOMATIC = ["localtunnel", "cloudflared", "ssh", "ngrok"];

/** The names that `--tunnel` takes. */
const tunnelNames = ["auto", ...tunnels.map(({ name }) => name), "none"];

/** A driver that is to be tried, and the server it is to use. */
export interface ChosenDriver {
  readonly driver: TunnelDriver;
  readonly host: string | undefined;
}

/**
 * The drivers that the settings ask for, in order; none for `none`.
 *
 * @throws {AppError} E_TUNNEL
 */
export async function chooseDrivers(settings: TunnelSettings): Promise<ChosenDriver[]> {
  const { tunnel, publicUrl, tunnelHost } = settings;
  if (publicUrl !== undefined && (tunnel === "auto" || tunnel === "none"))
    return [{ driver: ownUrl(publicUrl), host: undefined }];
  if (tunnel === "none") return [];
  const named = tunnel.split(",").map((name) => name.trim());
  const drivers =
    tunnel === "auto" ? await automaticDrivers(tunnelHost) : named.map((name) => driverNamed(name));
  if (publicUrl !== undefined && drivers.length > 1)
    throw tunnelError("one URL cannot belong to several tunnels", "Name one driver beside --public-url.");
  return drivers.map((driver) => {
    const host = takesHost(driver, tunnelHost, drivers) ? tunnelHost : undefined;
    refuseNonsense(driver, host);
    return { driver: publicUrl === undefined ? driver : underUrl(driver, publicUrl), host };
  });
}

/** What no waiting makes into an ssh server. */
function refuseNonsense({ name }: TunnelDriver, host: string | undefined): void {
  if (name !== "ssh" || host === undefined || sshService({ host, remotePort: undefined })) return;
  const services = sshServices.join(", ");
  throw tunnelError(
    `"${host}" is not an ssh server`,
    `It looks like user@host:port, or is one of ${services}.`,
  );
}

/** What can be told from a host alone, or else what needs nothing that is missing here. */
async function automaticDrivers(tunnelHost: string | undefined): Promise<TunnelDriver[]> {
  if (tunnelHost !== undefined) return [driverNamed(isWebServer(tunnelHost) ? "localtunnel" : "ssh")];
  const drivers = AUTOMATIC.map((name) => driverNamed(name));
  const missing = await Promise.all(drivers.map((driver) => driver.missing()));
  return drivers.filter((_, i) => missing[i] === null);
}

const isWebServer = (host: string) => /^https?:\/\//.test(host);

/** One host beside several drivers belongs to the one that can make something of it. */
function takesHost({ name }: TunnelDriver, host: string | undefined, all: readonly TunnelDriver[]): boolean {
  if (host === undefined || all.length === 1) return true;
  return name === (isWebServer(host) ? "localtunnel" : "ssh");
}

function driverNamed(name: string): TunnelDriver {
  const driver = tunnels.find((each) => each.name === name);
  if (driver) return driver;
  throw tunnelError(
    `there is no tunnel driver "${name}"`,
    `There are ${tunnelNames.join(", ")}; several to try in turn have commas between them.`,
  );
}

function tunnelError(message: string, hint: string): AppError {
  return new AppError(message, { code: "E_TUNNEL", fault: "user", hint });
}

/** What the tunnel's name and URL were the last time, kept for each project, driver and server. */
export type TunnelMemory = Pick<Store, "recall" | "remember" | "unfinishedJobs">;

interface OpenOptions {
  /** Not empty. */
  readonly chosen: readonly ChosenDriver[];
  readonly settings: TunnelSettings;
  /** The data directory. */
  readonly dir: string;
  /** The capture endpoint's port. */
  readonly port: number;
  readonly target: Target;
  readonly probe: ProbeSecret;
  readonly project: string;
  readonly memory: TunnelMemory;
  readonly observer: Observer;
}

export interface SessionTunnel {
  status(): TunnelStatus;
  /** The driver in use, or the one that is being tried. */
  driver(): TunnelDriver | undefined;
  readonly ready: Promise<TunnelStatus>;
  /** Hears what the session hears. */
  observe(notice: Notice): void;
  close(): Promise<void>;
}

/** Opens the tunnel under supervision, asking for the name that this project had before. */
export function openTunnel(options: OpenOptions): SessionTunnel {
  const { chosen, settings, dir, port, target, probe, project, memory, observer } = options;
  const keyOf = (name: string, host: string | undefined) => ["tunnel", name, host ?? "", project].join(" ");
  const [first, ...others] = chosen.map(({ driver, host }) => {
    const key = keyOf(driver.name, host);
    return {
      driver,
      host,
      subdomain: settings.subdomain ?? memory.recall(key),
      lastUrl: memory.recall(`${key} url`),
    };
  });
  if (!first) throw new Error("no driver was chosen");
  const notice = createEndpointHistory(memory, project);
  const remember = (name: string, value: string) => {
    try {
      memory.remember(name, value);
    } catch {
      // A full disk: the tunnel stays all the same.
    }
  };
  const supervision = superviseTunnel({
    routes: [first, ...others],
    fallback: settings.fallback,
    port,
    probe,
    folder: tunnelFolder(dir),
    project: fileNameOf(project),
    remotePort: settings.remotePort,
    keyFile: settings.tunnelKey,
    probeIntervalMs: settings.probeIntervalMs,
    onStatus(status) {
      const route = chosen.find(({ driver }) => driver.name === status.driver);
      const key = keyOf(status.driver, route?.host);
      if (status.state === "up" || status.state === "moved") {
        if (status.endpoint !== null) remember(`${key} url`, status.endpoint);
        if (status.subdomain !== null) remember(key, status.subdomain);
      }
      observer(notice(status));
    },
  });
  const targetWatch = watchTarget({ target, onProblem: supervision.target });
  return {
    status: supervision.status,
    driver: () => chosen.find(({ driver }) => driver.name === supervision.status().driver)?.driver,
    ready: supervision.ready,
    observe(notice) {
      if (notice.type === "attempt") targetWatch.attempted(notice.attempt);
    },
    close() {
      targetWatch.close();
      return supervision.close();
    },
  };
}

const tunnelFolder = (dir: string) => join(dir, "tunnels");

/** Two projects must not have the same ssh key: some servers make the URL from it. */
const fileNameOf = (project: string) => createHash("sha256").update(project).digest("hex").slice(0, 12);

/** A new secret for each run: who knows neither path nor key can neither answer a probe nor send one. */
export function newProbeSecret(): ProbeSecret {
  return {
    path: `/.well-known/hookspool/${randomBytes(16).toString("hex")}`,
    key: randomBytes(32).toString("hex"),
  };
}

interface TunnelFinding {
  readonly name: string;
  readonly status: "ok" | "warning";
  readonly detail: string;
}

interface CheckOptions {
  readonly dir: string;
  readonly project: string;
  readonly tunnelHost: string | undefined;
  /** Asks nobody: says only what is missing on this machine. */
  readonly offline: boolean;
}

/** Opens a tunnel with each driver, one beside the other, and closes it again. */
export function checkTunnels({ dir, project, tunnelHost, offline }: CheckOptions): Promise<TunnelFinding[]> {
  return Promise.all(
    trials(tunnelHost).map(async ({ name, driver, host }): Promise<TunnelFinding> => {
      if (offline) {
        const missing = await driver.missing();
        return missing === null
          ? { name, status: "ok", detail: "can be tried here" }
          : { name, status: "warning", detail: missing };
      }
      const trial = await tryDriver({
        driver,
        host,
        probe: newProbeSecret(),
        folder: tunnelFolder(dir),
        project: fileNameOf(project),
      });
      if (!trial.works) return { name, status: "warning", detail: trial.reason };
      const { url, openMs, roundTripMs } = trial;
      const detail = `${url} led here after ${(openMs / 1000).toFixed(1)} s, there and back in ${roundTripMs.toFixed(1)} ms`;
      return { name, status: "ok", detail };
    }),
  );
}

/** Each driver with its public server, or with the host that is set; ssh with each of its services. */
function trials(tunnelHost: string | undefined): (ChosenDriver & { readonly name: string })[] {
  return tunnels.flatMap((driver: TunnelDriver) => {
    const isMeant = tunnelHost !== undefined && takesHost(driver, tunnelHost, tunnels);
    const hosts = isMeant ? [tunnelHost] : driver.name === "ssh" ? sshServices : [undefined];
    return hosts.map((host) => ({
      name: `tunnel ${driver.name}${host === undefined ? "" : ` ${host}`}`,
      driver,
      host,
    }));
  });
}
