import type { ErrorRecord } from "../core/errors.ts";
import type { Notice } from "../core/notice.ts";
import type { ProbeSecret } from "../core/tunnel.ts";

/** Under this name the store remembers where deliveries went last, for those that a crash left without an attempt. */
export const lastTargetKey = "target";

/** What the capture thread is started with; it crosses a thread boundary, so it is plain data. */
export interface CaptureSettings {
  readonly dir: string;
  readonly target: string;
  /** The port to listen on; 0 for a free one. */
  readonly port: number;
  readonly paths: readonly string[];
  readonly maxBodyBytes: number;
  readonly timeoutMs: number | undefined;
  readonly insecure: boolean;
  /** PEM. */
  readonly ca: string | undefined;
  /** Take every delivery as this provider's; `undefined`: told apart by headers and body. */
  readonly provider: string | undefined;
  readonly verify: "report" | "enforce" | "off";
  /** Signing secrets by provider. */
  readonly secrets: Readonly<Record<string, string>>;
  /** `null` where no tunnel is proven, so that every path is a delivery's. */
  readonly probe: ProbeSecret | null;
}

export type ToCaptureThread =
  /** This many notices have been dealt with. */
  { readonly type: "heard"; readonly count: number } | { readonly type: "stop"; readonly graceMs: number };

export type FromCaptureThread =
  | { readonly type: "listening"; readonly port: number; readonly forgePort: number }
  | { readonly type: "notices"; readonly notices: readonly Notice[] }
  /** Some notices were dropped: what they said is in the store. */
  | { readonly type: "behind" }
  | { readonly type: "trouble"; readonly error: ErrorRecord }
  | { readonly type: "failed"; readonly error: ErrorRecord };
