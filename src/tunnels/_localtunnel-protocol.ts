import type { TunnelBody } from "localtunnel/lib/Tunnel.js";
import type { TunnelFailureKind } from "../core/tunnel.ts";

/** What the client's process is told, once. */
export interface Order {
  /** The localtunnel server, as a URL. */
  readonly host: string;
  /** The name to ask for. */
  readonly name: string | undefined;
  /** The registration whose pool is joined again instead, while the server still has it. */
  readonly resume?: TunnelBody | undefined;
  /** Where deliveries are carried to, on 127.0.0.1. */
  readonly port: number;
}

/** What it says of its tunnel. After `failed` and `lost` it ends. */
export type Report =
  | { readonly type: "opened"; readonly body: TunnelBody }
  | {
      readonly type: "failed";
      readonly kind: TunnelFailureKind;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  /** `isForgotten`: the server's port for our connections is gone, and the registration with it. */
  | { readonly type: "lost"; readonly reason: string; readonly isForgotten: boolean };
