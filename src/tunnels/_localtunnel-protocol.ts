import type { TunnelFailureKind } from "../core/tunnel.ts";

/** What the client's process is told, once. */
export interface Order {
  /** The localtunnel server, as a URL. */
  readonly host: string;
  /** The name to ask for. */
  readonly name: string | undefined;
  /** Where deliveries are carried to, on 127.0.0.1. */
  readonly port: number;
}

/** What it says of its tunnel. After `failed` and `lost` it ends. */
export type Report =
  | { readonly type: "opened"; readonly url: string; readonly name: string }
  | {
      readonly type: "failed";
      readonly kind: TunnelFailureKind;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: "lost"; readonly reason: string };
