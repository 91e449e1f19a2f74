import type { Actions, Holding } from "../core/actions.ts";
import type { AppError } from "../core/errors.ts";
import type { Observer } from "../core/notice.ts";
import type { DeliveryReader } from "../core/ports.ts";
import type { Ready } from "../core/ready.ts";
import { parseTarget } from "../core/target.ts";
import type { TunnelDriver, TunnelStatus } from "../core/tunnel.ts";
import { fetchMedia } from "../media/fetch.ts";
import { openStore, type Store } from "../store/store.ts";
import { createActions } from "./actions.ts";
import { startBackground } from "./background.ts";
import type { CaptureSettings } from "./capture-protocol.ts";
import { startCapture } from "./capture-worker.ts";
import { hold, readHold, resume } from "./hold-state.ts";
import { type Inspector, openInspector, openInspectorPort } from "./inspector.ts";
import { keySetUrls, readKeySets } from "./key-sets.ts";
import type { StandingRules } from "./standing-rules.ts";
import type { SessionTunnel, TunnelSettings } from "./tunnel.ts";

export interface SessionSettings
  extends Omit<CaptureSettings, "probe" | "keySets" | "keySetUrls">,
    TunnelSettings {}

interface SessionOptions {
  readonly settings: SessionSettings;
  /** The folder that tunnel names are remembered for. */
  readonly project: string;
  /** What is forgotten by itself; nothing where absent. */
  readonly rules?: StandingRules | undefined;
  readonly observer: Observer;
  /** The web inspector's port, `any` for the first free one; no inspector where absent. */
  readonly inspector?: number | "any" | undefined;
  /** When the inspector fetches the files that deliveries speak of. */
  readonly media?: "click" | "auto";
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
  readonly actions: Actions;
  /** Lets what is in flight finish for `graceMs`, then closes everything. */
  stop(graceMs: number): Promise<void>;
}

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
  rules,
  observer: observe,
  inspector: inspectorPort,
  media = "click",
  onTrouble,
  onCrash,
}: SessionOptions): Promise<Session> {
  const startedAt = Date.now();
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
  /** Of another driver's tunnel another header is to be believed, or none. */
  const believed = (driver: TunnelDriver | undefined) =>
    settings.clientAddressHeader ?? driver?.clientAddressHeader ?? null;
  const observer: Observer = (notice) => {
    if (notice.type === "tunnel")
      capture.believe(believed(chosen.find(({ driver }) => driver.name === notice.status.driver)?.driver));
    observe(notice);
    tunnel?.observe(notice);
    inspector?.observe(notice);
  };
  const starting = startCapture({
    settings: {
      ...settings,
      clientAddressHeader: believed(chosen[0]?.driver),
      probe,
      keySets: readKeySets(settings.dir),
      keySetUrls: keySetUrls(process.env),
    },
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

  const stopBackground = startBackground({
    dir: settings.dir,
    rules,
    onForgotten: (forgotten) => inspector?.removed(forgotten),
    onTrouble,
  });

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

  const forgeUrl = `http://127.0.0.1:${capture.forgePort}`;
  const local = `http://127.0.0.1:${capture.port}`;
  const change = (state: typeof hold) => {
    state(store(), target.base);
    capture.look();
  };
  const holding: Holding = {
    hold: () => change(hold),
    resume: () => change(resume),
    isHeld: () => readHold(store(), target.base).state === "held",
  };
  const { stop: stopActions, ...actions } = createActions({
    dir: settings.dir,
    store,
    asking: settings,
    targetOf: () => target,
    openForgeDoor: async (_provider, { verifiers }) => {
      capture.expectForged(verifiers);
      return {
        url: forgeUrl,
        isAnsweredByHandler: () => !settings.deferring?.early && !holding.isHeld(),
        close: async () => {},
      };
    },
    deliverOwed: capture.deliverOwed,
    observer,
    onRemoved: (ids) => inspector?.removed(ids),
  });
  if (listening)
    inspector = openInspector({
      dir: settings.dir,
      listening,
      pollMs: INSPECTOR_POLL_MS,
      ports: () => {
        const since = store().reader.nth(0) ?? 0;
        return {
          reader: store().reader,
          ...actions,
          holding,
          fetchMedia,
          about: () => ({
            endpoint: tunnel?.status().endpoint ?? null,
            local,
            target: target.base,
            since,
            startedAt,
            media,
          }),
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
    forgeUrl,
    local,
    reader: () => store().reader,
    actions: { ...actions, ...holding },
    async stop(graceMs) {
      inspector?.close();
      // The tunnel stays until the last answer has gone out through it.
      await Promise.all([capture.stop(graceMs), stopActions()]);
      await Promise.all([stopBackground(), tunnel?.close()]);
      await opened?.close();
    },
  };
}
