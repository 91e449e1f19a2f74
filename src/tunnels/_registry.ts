// Written by scripts/registries.ts; do not edit.
import type { TunnelDriver } from "../core/tunnel.ts";
import { cloudflaredTunnel } from "./cloudflared.ts";
import { localtunnelTunnel } from "./localtunnel.ts";
import { ngrokTunnel } from "./ngrok.ts";
import { sshTunnel } from "./ssh.ts";

export const tunnels = [
  cloudflaredTunnel,
  localtunnelTunnel,
  ngrokTunnel,
  sshTunnel,
] as const satisfies readonly TunnelDriver[];
