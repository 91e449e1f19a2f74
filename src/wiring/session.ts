import type { AppError } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { Ready } from "../core/ready.ts";
import { parseTarget } from "../core/target.ts";
import type { TunnelStatus } from "../core/tunnel.ts";
import { openStore, type Store } from "../store/store.ts";
import type { CaptureSettings } from "./capture-protocol.ts";
import { startCapture } from "./capture-worker.ts";
import { type Inspector, openInspector, openInspectorPort } from "./inspector.ts";
import { keySetUrls, readKeySets } from "./key-sets.ts";
import { createReplayer, type Replayer } from "./replayer.ts";
import { startThread } from "./threads.ts";
import type { SessionTunnel, TunnelSettings } from "./tunnel.ts";

export interface SessionSettings
  extends Omit<CaptureSettings, "probe" | "keySets" | "keySetUrls">,
    TunnelSettings {}

interface SessionOptions {
  readonly settings: SessionSettings;
  /** The folder that tunnel names are remembered for. */
  readonly project: string;
  readonly observer: Observer;
  /** The web inspector's port, `any` for the first free one; no inspector where absent. */
  readonly inspector?: number | "any" | undefined;
  readonly onTrouble: (error: AppError) => void;
  readonly onCrash: (error: AppError) => void;
}

/** Capturing from its first to its last delivery. */
export interface Session {
  /** Resolves when the tunnel is up, or has turned out not to come up at once. */
  readonly ready: Promise<Ready>;
  /** The driver's warning that a person should have read. */
  readonly caution: () => string | undefined;
  readonly tunnelStatus: () => TunnelStatus | undefined;
  /** Takes forged deliveries; no tunnel leads to it. */
  readonly forgeUrl: string;
  /** The capture endpoint on loopback. */
  readonly local: string;
  readonly reader: () => DeliveryReader;
  readonly replay: Replayer["replay"];
  /** Forgets deliveries; says how many there were. */
  forget(ids: readonly number[]): number;
  /** Lets what is in flight finish for `graceMs`, then closes everything. */
  stop(graceMs: number): Promise<void>;
}

/** How long after the start the background thread begins: the first delivery comes first. */
const BACKGROUND_DELAY_MS = 1_000;

/** The inspector hears every notice; what other processes write, it finds this often. */
const INSPECTOR_POLL_MS = 2_000;

/**
 * Opens the store, the capture thread and the tunnel.
 *
 * @throws {AppError} what is wrong with the settings, the port or the data directory
 */
export async function openSession({
  settings,
  project,
  observer: observe,
  inspector: inspectorPort,
  onTrouble,
  onCrash,
}: SessionOptions): Promise<Session> {
  const target = parseTarget(settings.target);
  // Probing needs the HTTPS client, which a session without a tunnel does not load.
  const wantsTunnel = settings.tunnel !== "none" || settings.publicUrl !== undefined;
  const tunnelling = wantsTunnel ? await import("./tunnel.ts") : undefined;
  const chosen = (await tunnelling?.chooseDrivers(settings)) ?? [];
  const probe = tunnelling?.newProbeSecret() ?? null;

  // The capture thread makes or migrates the database; this thread only looks into it, when there is a reason.
  let opened: Store | undefined;
  const store = () => {
    opened ??= openStore(settings.dir);
    return opened;
  };
  let inspector: Inspector | undefined;
  let tunnel: SessionTunnel | undefined;
  const observer: Observer = (notice) => {
    observe(notice);
    tunnel?.observe(notice);
    inspector?.observe(notice);
  };
  const starting = startCapture({
    settings: { ...settings, probe, keySets: readKeySets(settings.dir), keySetUrls: keySetUrls(process.env) },
    reader: () => store().reader,
    observer,
    onTrouble,
    onCrash,
  });
  // While the capture thread starts: alone, this would make the start longer.
  const openingDoor = inspectorPort === undefined ? undefined : openInspectorPort(inspectorPort);
  // Awaited below: of two reasons, a capture that cannot start is the better one to give.
  openingDoor?.catch(() => {});
  const capture = await starting.catch(async (error) => {
    (await openingDoor?.catch(() => undefined))?.server.close();
    throw error;
  });
  const listening = await openingDoor?.catch(async (error) => {
    await capture.stop(0);
    throw error;
  });

  let background: ReturnType<typeof startThread> | undefined;
  const startBackground = setTimeout(() => {
    background = startThread("background-thread", { dir: settings.dir });
    background.on("error", () => {});
  }, BACKGROUND_DELAY_MS);

  if (tunnelling && probe && chosen.length > 0)
    tunnel = tunnelling.openTunnel({
      chosen,
      settings,
      dir: settings.dir,
      port: capture.port,
      target,
      probe,
      project,
      memory: store(),
      observer,
    });

  const local = `http://127.0.0.1:${capture.port}`;
  const replayer = createReplayer({ store, settings, observer });
  const forget = (ids: readonly number[]) => {
    const count = store().forget(ids);
    inspector?.removed(ids);
    return count;
  };
  if (listening)
    inspector = openInspector({
      dir: settings.dir,
      listening,
      pollMs: INSPECTOR_POLL_MS,
      ports: () => {
        const since = store().reader.nth(0) ?? 0;
        return {
          reader: store().reader,
          replay: replayer.replay,
          remove: forget,
          about: () => ({ endpoint: tunnel?.status().endpoint ?? null, local, target: target.base, since }),
        };
      },
    });

  return {
    ready: (async () => {
      const status = await tunnel?.ready;
      return {
        endpoint: status?.endpoint ?? null,
        local,
        target: target.base,
        inspector: inspector?.url ?? null,
        tunnel: status?.driver ?? "none",
      };
    })(),
    caution: () => tunnel?.driver()?.caution,
    tunnelStatus: () => tunnel?.status(),
    forgeUrl: `http://127.0.0.1:${capture.forgePort}`,
    local,
    reader: () => store().reader,
    replay: replayer.replay,
    forget,
    async stop(graceMs) {
      clearTimeout(startBackground);
      inspector?.close();
      // The tunnel stays until the last answer has gone out through it.
      await Promise.all([capture.stop(graceMs), replayer.stop()]);
      const stopped = background && new Promise((resolve) => background?.once("exit", resolve));
      background?.postMessage("stop");
      await Promise.all([stopped, tunnel?.close()]);
      await opened?.close();
    },
  };
}
