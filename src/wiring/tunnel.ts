import { randomBytes } from "node:crypto";
import { AppError } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import type { ProbeSecret, TunnelDriver, TunnelStatus } from "../core/tunnel.ts";
import { ownUrl } from "../tunnels/_own-url.ts";
import { tunnels } from "../tunnels/_registry.ts";
import { superviseTunnel } from "../tunnels/_supervise.ts";

export interface TunnelSettings {
  /** A driver's name, `auto` or `none`. */
  readonly tunnel: string;
  readonly tunnelHost: string | undefined;
  readonly subdomain: string | undefined;
  /** The person's own tunnel: it is shown and proven, none is opened. */
  readonly publicUrl: string | undefined;
  readonly probeIntervalMs: number | undefined;
}

/** What `auto` takes. */
const DEFAULT_DRIVER = "localtunnel";

/** The names that `--tunnel` takes. */
export const tunnelNames = ["auto", ...tunnels.map(({ name }) => name), "none"];

/**
 * The driver that the settings ask for; `undefined` for none.
 *
 * @throws {AppError} E_TUNNEL
 */
export function chooseDriver({ tunnel, publicUrl }: TunnelSettings): TunnelDriver | undefined {
  if (publicUrl !== undefined) return ownUrl(publicUrl);
  if (tunnel === "none") return undefined;
  const wanted = tunnel === "auto" ? DEFAULT_DRIVER : tunnel;
  const driver = tunnels.find(({ name }) => name === wanted);
  if (driver) return driver;
  throw new AppError(`there is no tunnel driver "${tunnel}"`, {
    code: "E_TUNNEL",
    fault: "user",
    hint: `There are ${tunnelNames.join(", ")}.`,
  });
}

/** What the tunnel's name was the last time, kept for each project, driver and server. */
export interface NameMemory {
  recall(key: string): string | undefined;
  remember(key: string, value: string): void;
}

interface OpenOptions {
  readonly driver: TunnelDriver;
  readonly settings: TunnelSettings;
  /** The capture endpoint's port. */
  readonly port: number;
  readonly probe: ProbeSecret;
  readonly project: string;
  readonly memory: NameMemory;
  readonly observer: Observer;
}

/** Opens the tunnel under supervision, asking for the name that this project had before. */
export function openTunnel({ driver, settings, port, probe, project, memory, observer }: OpenOptions) {
  const key = ["tunnel", driver.name, settings.tunnelHost ?? "", project].join(" ");
  return superviseTunnel({
    driver,
    port,
    probe,
    host: settings.tunnelHost,
    subdomain: settings.subdomain ?? memory.recall(key),
    lastUrl: memory.recall(`${key} url`),
    probeIntervalMs: settings.probeIntervalMs,
    onStatus(status: TunnelStatus) {
      if (status.endpoint !== null) memory.remember(`${key} url`, status.endpoint);
      if (status.endpoint !== null && status.subdomain !== null) memory.remember(key, status.subdomain);
      observer({ type: "tunnel", status });
    },
  });
}

/** A new secret for each run: who knows neither path nor key can neither answer a probe nor send one. */
export function newProbeSecret(): ProbeSecret {
  return {
    path: `/.well-known/hookspool/${randomBytes(16).toString("hex")}`,
    key: randomBytes(32).toString("hex"),
  };
}

/** Whether each driver could work here, without opening anything. */
export function checkTunnels(): Promise<{ name: string; status: "ok" | "warning"; detail: string }[]> {
  return Promise.all(
    tunnels.map(async ({ name, check }) => {
      const problem = await check();
      const detail = problem ?? "its server answers";
      return { name: `tunnel ${name}`, status: problem === null ? "ok" : "warning", detail } as const;
    }),
  );
}
