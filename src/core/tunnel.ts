/** A way to be reached from the internet. One file in `tunnels/` each. */
export interface TunnelDriver {
  /** As the person names it: `localtunnel`. */
  readonly name: string;
  /** What a person should know before trusting it, in one sentence. */
  readonly caution?: string;
  /** Who runs the server that this would go through, and so sees what is delivered. */
  operator(host: string | undefined): string;
  /** How many tunnels its server may be asked for in an hour; as many as it takes where absent. */
  readonly opensPerHour?: number;
  /**
   * The request header in which its public side is documented to put the sender's address, and which a sender
   * cannot set: lower case. `null` where there is none: then no header says where a delivery comes from.
   */
  readonly clientAddressHeader: string | null;
  /** What is missing on this machine, with its remedy, or `null`; nobody is asked over the network. */
  missing(): Promise<string | null>;
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
  /** The port to listen on at an ssh server of one's own. */
  readonly remotePort?: number | undefined;
  /** The private key to use instead of the driver's own. */
  readonly keyFile?: string | undefined;
  /** A private folder for what a driver keeps from run to run: keys, the keys of hosts. */
  readonly folder: string;
  /** A name for the project, the same from run to run and good in a file name: what is kept may be its own. */
  readonly project: string;
  /** What {@link OpenTunnel.resume} gave: that tunnel is wanted back. */
  readonly resume?: string | undefined;
  readonly signal: AbortSignal;
}

export interface OpenTunnel {
  /** The public URL without a path: `https://calm-fox.example`. */
  readonly url: string;
  /** The name that the server gave; what to ask for the next time. */
  readonly subdomain: string | null;
  /** Settles once when the tunnel is gone by itself, with the reason in plain words. Never rejects. */
  readonly lost: Promise<string>;
  /** How long its URL may take to lead here after it was given, in ms; not at all where absent. */
  readonly settlesMs?: number;
  /**
   * Where the driver mends a broken connection by itself, under the same URL: tells why it broke, and `null` once
   * it stands again. Opening such a tunnel anew would cost its URL.
   */
  onConnection?(hear: (broken: string | null) => void): void;
  /** What brings this very tunnel back after its loss, for a short while; `undefined` where nothing does. */
  resume?(): string | undefined;
  /** Idempotent; resolves in under 2 s. */
  close(): Promise<void>;
}

/**
 * `unreachable`: the server was not reached, so it was asked for nothing; `held`: what was asked for is not free,
 * perhaps our own earlier tunnel has it; `refused`: it answered no (`retryAfterMs` where it said when).
 */
export type TunnelFailureKind = "unreachable" | "held" | "refused" | "timed-out" | "broken";

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
 * `up`: a probe went out through the public URL and came back. `moved`: up, under another URL than before, in
 * this run or the last one. `degraded`: the endpoint is fine, but nobody listens at the target.
 * `down`: was up, is being opened again. `offline`: could not be opened, is tried again.
 */
export type TunnelState = "opening" | "up" | "degraded" | "down" | "moved" | "offline" | "closed";

export interface TunnelStatus {
  readonly state: TunnelState;
  readonly driver: string;
  /** The proven public URL; `null` unless up, moved or degraded. */
  readonly endpoint: string | null;
  /** Where moved: the public URL before, which no longer leads here. `null` otherwise. */
  readonly previous: string | null;
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
