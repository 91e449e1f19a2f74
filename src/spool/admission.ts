import type { Socket } from "node:net";
import type { Origin, RequestHead } from "../core/delivery.ts";
import { type HeaderPairs, headerValues } from "../core/headers.ts";
import { whyKeptOut } from "./allow-list.ts";
import type { Doorkeeper } from "./credential.ts";

interface AdmissionOptions {
  readonly origin: Origin;
  /** Only these public paths are let through; empty for all. */
  readonly paths: readonly string[];
  /** Lets in whoever has the credential; everybody where absent. */
  readonly doorkeeper?: Doorkeeper | undefined;
  /** The header field in which the tunnel says by now who sent a request; none is believed where `null`. */
  readonly clientAddressHeader?: (() => string | null) | undefined;
}

/** What a parser found at the beginning of a request. */
type Asked = Pick<RequestHead, "method" | "path" | "httpVersion" | "headers">;

/** Why a request is turned away. */
export interface TurnedAway {
  readonly status: number;
  readonly reason: string;
  /** How to be let in. */
  readonly challenge?: string | undefined;
}

/** The head that is to be kept of a request, without the endpoint's own credential, or why there is none. */
export type Admit = (asked: Asked, socket: Socket) => RequestHead | TurnedAway;

export const isTurnedAway = (admitted: RequestHead | TurnedAway): admitted is TurnedAway =>
  "reason" in admitted;

export function createAdmission({ origin, paths, doorkeeper, clientAddressHeader }: AdmissionOptions): Admit {
  return ({ method, path, httpVersion, headers }, socket) => {
    const asked: RequestHead = {
      receivedAt: Date.now(),
      origin,
      method,
      path,
      httpVersion,
      headers,
      peer: peerOf(socket),
      clientAddress: lastHop(headers, clientAddressHeader?.() ?? null),
    };
    const head = doorkeeper ? doorkeeper.admit(asked) : asked;
    if (!head) return { status: 401, reason: "no valid credential", challenge: doorkeeper?.challenge };
    const keptOut = whyKeptOut(head, paths);
    return keptOut === undefined ? head : { status: 404, reason: keptOut };
  };
}

function peerOf({ remoteAddress, remotePort, remoteFamily }: Socket): string | null {
  if (remoteAddress === undefined) return null;
  return `${remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** What the tunnel itself wrote: whatever stands before that, the sender may have written. */
function lastHop(headers: HeaderPairs, field: string | null): string | null {
  if (field === null) return null;
  const hop = headerValues(headers, field).at(-1)?.split(",").at(-1)?.trim();
  return hop === undefined || hop === "" ? null : hop;
}
