import { AppError } from "../core/errors.ts";
import type { HeaderPairs } from "../core/headers.ts";
import { closest } from "../providers/_closest.ts";
import { providerNamed } from "../providers/_find.ts";
import type { RandomBytes } from "../providers/_ids.ts";
import type { MediaUrls, Provider, ProviderEvent } from "../providers/_provider.ts";
import type { SchemeParams, Secret } from "../signing/_scheme.ts";
import type { SchemeName } from "../signing/_schemes.ts";
import { type Flaw, signPayload } from "./_sign-payload.ts";
import { assignInBody } from "./assignments.ts";

/** A request as the provider would send it, before it has a host. */
export interface ForgedDelivery {
  readonly method: string;
  /** The request target, with the token where the provider's scheme puts one into the query. */
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
}

export type { Flaw };

/** What a payload is made of. */
export interface PayloadOptions {
  readonly provider: string;
  /** The provider's own name of the event, or `completed`, `failed`, `processing`. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: RandomBytes;
  /** Where outputs are found; addresses that lead nowhere where absent. */
  readonly mediaUrls?: Partial<MediaUrls> | undefined;
  /** The job that it speaks of; a fresh one where absent. */
  readonly job?: string | undefined;
  /** How far the job is, for events that tell; 50 where absent. */
  readonly percent?: number | undefined;
  /** Sent as it stands instead of the sample. */
  readonly data?: Uint8Array | undefined;
  /** Changes to the body, `path=value` each. */
  readonly set?: readonly string[] | undefined;
}

/** How it is signed and sent. */
export interface DeliveryOptions {
  /** `null` where none is known. */
  readonly secret: Secret | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: RandomBytes;
  /** The request target; `/` where absent. */
  readonly path?: string | undefined;
  /** The provider's variant to sign by; its first where absent. */
  readonly scheme?: SchemeName | undefined;
  /** Instead of the provider's own: the name of a header or a query parameter. */
  readonly params?: SchemeParams | undefined;
  readonly flaw?: Flaw | undefined;
}

export type ForgeOptions = PayloadOptions & DeliveryOptions;

/** What is the same each time that a delivery is sent again. */
export interface Payload {
  readonly provider: Provider;
  readonly event: ProviderEvent;
  readonly body: Uint8Array;
  /** The id that goes beside the body; `null` where the provider sends none. */
  readonly id: string | null;
}

/**
 * A delivery as the provider sends it: a documented payload with fresh ids in compact JSON, signed over its
 * bytes by the provider's own scheme.
 *
 * @throws {AppError} what {@link composePayload} and {@link deliveryOf} throw.
 */
export function forgeDelivery(options: ForgeOptions): ForgedDelivery {
  return deliveryOf(composePayload(options), options);
}

/** @throws {AppError} `E_NO_PROVIDER`, `E_NO_EVENT`, `E_BAD_SET`, `E_NOT_JSON` */
export function composePayload(options: PayloadOptions): Payload {
  const { random, now, mediaUrls, percent = 50, data, set = [] } = options;
  const provider = providerNamed(options.provider);
  const event = eventNamed(provider, options.event);
  const job = options.job ?? provider.newJob(random);
  const body =
    data ?? encode(event.sample({ job, random, now, media: { ...nowhere, ...mediaUrls }, percent }));
  const changed = set.length === 0 ? body : assignInBody(body, set);
  const id = provider.deliveryId?.(parsedOrUndefined(changed), random) ?? null;
  return { provider, event, body: changed, id };
}

/**
 * Signs a payload at a moment: sent again later, it has the same id and bytes and a new timestamp.
 *
 * @throws {AppError} `E_NO_SCHEME`, `E_NO_SECRET`, `E_NO_SIGNATURE`, `E_NO_TIMESTAMP`, and what the scheme
 *   throws when a secret cannot sign.
 */
export function deliveryOf({ provider, body, id }: Payload, options: DeliveryOptions): ForgedDelivery {
  const { now, path = "/" } = options;
  const extra = provider.extraHeaders?.({ body: parsedOrUndefined(body), id: id ?? "", now }) ?? [];
  const signed = signPayload({ ...options, provider, body, id, path });
  return {
    method: "POST",
    path: signed.path,
    headers: [["Content-Type", "application/json"], ...extra, ...signed.headers],
    body,
  };
}

function eventNamed(provider: Provider, name: string): ProviderEvent {
  const wanted = name.toLowerCase();
  const event =
    provider.events.find((candidate) => candidate.name.toLowerCase() === wanted) ??
    provider.events.find((candidate) => candidate.event === wanted);
  if (event !== undefined) return event;
  const names = provider.events.map((candidate) => candidate.name);
  const meant = closest(name, names);
  throw new AppError(`${provider.name} has no event "${name}"`, {
    code: "E_NO_EVENT",
    fault: "user",
    hint: `${meant === undefined ? "" : `Did you mean "${meant}"? `}There are ${names.join(", ")}.`,
  });
}

const nowhere: MediaUrls = {
  image: "https://media.example.test/octopus.png",
  video: "https://media.example.test/octopus.mp4",
  audio: "https://media.example.test/octopus.mp3",
  model: "https://media.example.test/octopus.glb",
};

const encode = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

function parsedOrUndefined(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
