// Written by scripts/registries.ts; do not edit.
import type { TunnelDriver } from "../core/tunnel.ts";
import { localtunnelTunnel } from "./localtunnel.ts";

export const tunnels = [
  localtunnelTunnel,
] as const satisfies readonly TunnelDriver[];
