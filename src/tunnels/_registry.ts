// Written by scripts/registries.ts; do not edit.
import type { TunnelDriver } from "../core/tunnel.ts";

export const tunnels = [
] as const satisfies readonly TunnelDriver[];
