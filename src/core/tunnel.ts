/** A way to be reached from the internet. One file in `tunnels/` each. */
export interface TunnelDriver {
  /** As the person names it: `localtunnel`. */
  readonly name: string;
  /** What a person should know before trusting it, in one sentence. */
  readonly caution?: string;
  /** How many tunnels its server may be asked for in an hour; as many as it takes where absent. */
  readonly opensPerHour?: number;
  /**
   * The header field in which its server is documented to write down who sent a request, whatever the sender
   * wrote there; the last hop counts. No address is believed where absent.
   */
  readonly clientAddressHeader?: string;
  /** Whether it could work here, found out in a few seconds without opening a tunnel: `null`, or why not. */
  check(): Promise<string | null>;
  /**
   * Opens one tunnel to a loopback port. Resolves when the driver has been given a URL, which says nothing
   * about whether that URL works; the supervisor proves it. Aborting the signal leaves nothing behind.
   *
   * @throws {TunnelFailure} no tunnel; its `kind` says whether trying again may help.
   */
  open(options: TunnelOptions): Promise<OpenTunnel>;
}

export interface TunnelOptions {
  /** The capture endpoint's port on 127.0.0.1. */
  readonly port: number;
  /** The server to use instead of the driver's public one. */
  readonly host?: string | undefined;
  /** The name to ask for; the server may give another. */
  readonly subdomain?: string | undefined;
  readonly signal: AbortSignal;
}

export interface OpenTunnel {
  /** The public URL without a path: `https://calm-fox.example`. */
  readonly url: string;
  /** The name that the server gave; what to ask for the next time. */
  readonly subdomain: string | null;
  /** Settles once when the tunnel is gone by itself, with the reason in plain words. Never rejects. */
  readonly lost: Promise<string>;
  /** Idempotent; resolves in under 2 s. */
  close(): Promise<void>;
}

/** `unreachable`: the server was not reached, so it was asked for nothing; `refused`: it answered no (`retryAfterMs` where it said when). */
export type TunnelFailureKind = "unreachable" | "refused" | "timed-out" | "broken";

export class TunnelFailure extends Error {
  override readonly name = "TunnelFailure";
  readonly kind: TunnelFailureKind;
  readonly retryAfterMs: number | null;

  constructor(
    kind: TunnelFailureKind,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/**
 * What the supervisor says of the endpoint.
 * `up`: a probe went out through the public URL and came back. `moved`: up, under another URL than before.
 * `down`: was up, is being opened again. `offline`: could not be opened, is tried again.
 */
export type TunnelState = "opening" | "up" | "down" | "moved" | "offline" | "closed";

export interface TunnelStatus {
  readonly state: TunnelState;
  readonly driver: string;
  /** The proven public URL; `null` unless up or moved. */
  readonly endpoint: string | null;
  /** Why, in plain words. */
  readonly reason: string;
  /** When the next try is made, ms since the epoch; `null` where none is planned. */
  readonly retryAt: number | null;
  /** The name to ask for the next time, once known. */
  readonly subdomain: string | null;
}

/** How the front recognises a probe and proves that it is the one that was meant. */
export interface ProbeSecret {
  /** An unguessable path below which no delivery is taken: `/.well-known/hookspool/4f…`. */
  readonly path: string;
  /** HMAC-SHA256 key, hex: the front answers `?nonce=N` with the lower-case hex HMAC of N. */
  readonly key: string;
}
