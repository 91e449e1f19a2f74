import type { HandedOver } from "../core/actions.ts";
import type { ErrorRecord } from "../core/errors.ts";
import type { Notice } from "../core/notice.ts";
import type { ProbeSecret } from "../core/tunnel.ts";
import type { Credentials } from "../spool/credential.ts";
import type { FetchOutcome, KeySetsByUrl } from "./key-sets.ts";

/**
 * Under this name the store remembers where deliveries go: those that a crash left without an attempt, and
 * those that are forged.
 */
export const lastTargetKey = "target";

/** How deliveries are handed over that are acknowledged first. */
export interface DeferringSettings {
  /** All are; otherwise only what is held, and what comes behind it. */
  readonly early: boolean;
  /** Holds from the start on. */
  readonly holds: boolean;
  /** How old a delivery may be for a try that failed not to be its last, in ms. */
  readonly giveUpAfterMs: number;
}

/** What the capture thread is started with; it crosses a thread boundary, so it is plain data. */
export interface CaptureSettings {
  readonly dir: string;
  readonly target: string;
  /** Whether this is where deliveries go from now on, and not just the ones that are sent here now. */
  readonly remembersTarget?: boolean;
  /** The port to listen on; 0 for a free one. */
  readonly port: number;
  readonly paths: readonly string[];
  /** What a sender must show to be let in; absent for nothing. */
  readonly credentials?: Credentials | undefined;
  /** The header field in which the tunnel says who sent a request; none is believed where `null`. */
  readonly clientAddressHeader: string | null;
  readonly maxBodyBytes: number;
  readonly timeoutMs: number | undefined;
  /** How many deliveries the handler has at a time. */
  readonly concurrency: number;
  /** Where absent, nothing is held, and no sender is answered before the handler. */
  readonly deferring?: DeferringSettings | undefined;
  readonly insecure: boolean;
  /** PEM. */
  readonly ca: string | undefined;
  /** Take every delivery as this provider's; `undefined`: told apart by headers and body. */
  readonly provider: string | undefined;
  readonly verify: "report" | "enforce" | "off";
  /** Signing secrets by provider. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Public keys of senders, as far as they have been fetched. */
  readonly keySets: KeySetsByUrl;
  /** Where keys are fetched from instead of the documented place, by provider. */
  readonly keySetUrls: Readonly<Record<string, string>>;
  /** `null` where no tunnel is proven, so that every path is a delivery's. */
  readonly probe: ProbeSecret | null;
}

export type ToCaptureThread =
  /** This many notices have been dealt with. */
  | { readonly type: "heard"; readonly count: number }
  /** What came of the keys that were asked for. */
  | { readonly type: "keys"; readonly url: string; readonly outcome: FetchOutcome }
  /** By these secrets, what is forged from now on is checked too. */
  | { readonly type: "expect-forged"; readonly secrets: Readonly<Record<string, string>> }
  /** Somebody holds or resumes: the store says which. */
  | { readonly type: "look" }
  | { readonly type: "deliver-owed" }
  | { readonly type: "believe"; readonly clientAddressHeader: string | null }
  | { readonly type: "stop"; readonly graceMs: number };

export type FromCaptureThread =
  | { readonly type: "listening"; readonly port: number; readonly forgePort: number }
  | { readonly type: "notices"; readonly notices: readonly Notice[] }
  /** A delivery has come that is checked against the keys published here; this thread opens no connections. */
  | { readonly type: "keys-wanted"; readonly url: string }
  /** Some notices were dropped: what they said is in the store. */
  | { readonly type: "behind" }
  | { readonly type: "delivered-owed"; readonly outcome: HandedOver | ErrorRecord }
  | { readonly type: "trouble"; readonly error: ErrorRecord }
  | { readonly type: "failed"; readonly error: ErrorRecord };
