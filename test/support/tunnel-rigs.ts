import { createServer, type Server } from "node:net";
import { ownUrl } from "../../src/tunnels/_own-url.ts";
import type { Route } from "../../src/tunnels/_routes.ts";
import { cloudflaredTunnel } from "../../src/tunnels/cloudflared.ts";
import { localtunnelTunnel } from "../../src/tunnels/localtunnel.ts";
import { sshTunnel } from "../../src/tunnels/ssh.ts";
import { startCloudflareEdge } from "./cloudflare-edge.ts";
import { descendantsOf } from "./descendants.ts";
import { startLocaltunnelServer } from "./localtunnel-server.ts";
import { startSshServer } from "./ssh-server.ts";
import { freePort, startTcpRelay } from "./tcp-relay.ts";

/** A driver with the server that it needs, on loopback, whose faults can be called for. */
export interface TunnelRig {
  readonly route: Route;
  /** The rest of what the driver is given. */
  readonly given: {
    readonly folder: string;
    readonly project: string;
    readonly remotePort?: number;
    readonly keyFile?: string;
  };
  /** Where the tunnel is the person's own: where it leads from. */
  readonly publicUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What its processes on our side are told by. */
  readonly transport: RegExp | null;
  /** Nothing flows any more over what is open, and nobody is told. */
  goSilent(): void;
  /** Its server gives up what has gone silent, where it does not by itself. */
  letGo?(): void;
  /** A whole HTTP response that answers on the public side instead of us; `null` for us again. */
  impersonate?(response: string | null): void;
  /** Whether what we are reached by is somebody else's. */
  takeName?(isTaken: boolean): Promise<void>;
  /** Whether the server is asked too often. */
  limit?(isLimited: boolean): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a rig for a front at a port. */
export type StartRig = (frontPort: number) => Promise<TunnelRig>;

export const tunnelRigs = {
  localtunnel: async () => {
    const server = await startLocaltunnelServer();
    return {
      route: { driver: localtunnelTunnel, host: server.host, subdomain: "calm-fox" },
      given: kept(),
      transport: /localtunnel-process/,
      goSilent: server.goSilent,
      impersonate(response) {
        server.impostor = response;
      },
      async takeName(isTaken) {
        if (isTaken) server.occupy("calm-fox");
      },
      limit(isLimited) {
        server.answer = isLimited
          ? { kind: "plain", status: 429, headers: "Retry-After: 1\r\n" }
          : { kind: "tunnel" };
      },
      stop: server.close,
      start: server.restart,
      close: server.close,
    };
  },

  ssh: async () => {
    const server = await startSshServer();
    const remotePort = await freePort();
    let squatters: Server[] = [];
    return {
      route: { driver: sshTunnel, host: `127.0.0.1:${server.port}` },
      given: { ...kept(server.folder), remotePort, keyFile: server.keyFile },
      async takeName(isTaken) {
        for (const squatter of squatters) squatter.close();
        squatters = isTaken ? await squat(remotePort) : [];
      },
      transport: /^\S*ssh -F none/,
      goSilent: server.relay.goSilent,
      letGo: server.relay.letGo,
      stop: server.stop,
      start: server.start,
      close: server.close,
    };
  },

  cloudflared: async () => {
    const edge = await startCloudflareEdge();
    return {
      route: { driver: cloudflaredTunnel },
      given: kept(),
      transport: /support\/cloudflared\.ts/,
      env: { CLOUDFLARED_BIN: edge.program },
      goSilent: edge.goSilent,
      impersonate(response) {
        edge.impostor = response;
      },
      limit(isLimited) {
        edge.answer = isLimited ? "429" : "tunnel";
      },
      stop: edge.stop,
      start: edge.start,
      close: edge.close,
    };
  },

  "cloudflared, named": async () => {
    const edge = await startCloudflareEdge();
    return {
      route: { driver: cloudflaredTunnel, host: edge.namedUrl, subdomain: "my-tunnel" },
      given: kept(),
      transport: /support\/cloudflared\.ts/,
      env: { CLOUDFLARED_BIN: edge.program },
      goSilent: edge.goSilent,
      impersonate(response) {
        edge.impostor = response;
      },
      stop: edge.stop,
      start: edge.start,
      close: edge.close,
    };
  },

  "public-url": async (frontPort) => {
    const relay = await startTcpRelay(frontPort);
    const publicUrl = `http://127.0.0.1:${relay.port}`;
    return {
      route: { driver: ownUrl(publicUrl) },
      publicUrl,
      given: kept(),
      transport: null,
      goSilent: relay.goSilent,
      impersonate(response) {
        relay.impostor = response;
      },
      stop: relay.stop,
      start: relay.start,
      close: relay.stop,
    };
  },
} as const satisfies Record<string, StartRig>;

export type RigName = keyof typeof tunnelRigs;

/** Somebody else listens there, on both families, so that nothing of it is free. */
async function squat(port: number): Promise<Server[]> {
  const hosts = ["127.0.0.1", "0.0.0.0", "::"];
  const servers = hosts.map((host) => createServer().listen({ port, host, ipv6Only: host === "::" }));
  await Promise.all(
    servers.map(
      (server) => new Promise((resolve) => server.once("listening", resolve).once("error", resolve)),
    ),
  );
  return servers;
}

/** Where nothing is kept, nothing is made. */
function kept(folder = "") {
  return { folder, project: "test" };
}

/** The processes of a rig's driver that run for a process, this one if no other is named. */
export function transportsOf({ transport }: TunnelRig, pid = process.pid): number[] {
  if (transport === null) return [];
  return descendantsOf(pid)
    .filter(({ args }) => transport.test(args) && !/program-process/.test(args))
    .map(({ pid }) => pid);
}
