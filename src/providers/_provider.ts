import type { DeliveryEvent, Identity } from "../core/delivery.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { SchemeChoice } from "../signing/_schemes.ts";
import type { RandomBytes } from "./_ids.ts";
import type { RetryPolicy } from "./_retries.ts";

/** Everything the catalogue knows of one sender of webhooks. */
export interface Provider {
  /** The name a person types, and the name of the provider's file. */
  readonly id: string;
  readonly name: string;
  /** The pages that the facts below were read on. */
  readonly sources: readonly Source[];
  /** How far those pages carry the facts, in a few words. */
  readonly certainty: string;
  readonly registration: Registration;
  /** Where a signing secret comes from, as a sentence; `null` where there is none. */
  readonly secretSource: string | null;
  /** The header fields of a delivery that matter, spelled as the provider spells them. */
  readonly requestHeaders: readonly string[];
  /**
   * Every documented way to authenticate a delivery, the one to forge with first. Empty where deliveries are
   * signed in a way that is not known well enough to check or repeat it.
   */
  readonly schemes: readonly SchemeUse[];

  /** What shows that this delivery is this provider's; `null` where nothing does. Never throws. */
  recognises(received: Received): Sign | null;
  /** What a delivery of this provider speaks of. Never throws, whatever the body is. */
  identify(received: Received): Reading;

  readonly events: readonly ProviderEvent[];
  /** A job with several results is delivered as several, one each. */
  readonly sendsEachResult?: true;
  /** A fresh job id in the provider's own form. */
  newJob(random: RandomBytes): string;
  /** The id sent (and often signed) beside the body; absent where there is none. */
  deliveryId?(body: unknown, random: RandomBytes): string;
  /** Header fields besides Content-Type and those that the scheme writes. */
  extraHeaders?(delivery: { readonly body: unknown; readonly id: string; readonly now: number }): HeaderPairs;

  readonly retries: RetryPolicy;
  readonly limits: Limits;
  /** Addresses that deliveries are said to come from: shown to a person, never enforced. */
  readonly sourceAddresses: readonly string[];
  /** Where the job can be asked for: a URL with `{job}`; `null` where no page says. */
  readonly resultLookup: string | null;
  /** What the provider leaves open, as sentences. */
  readonly undocumented: readonly string[];
  /** What was chosen where the provider leaves it open, as sentences. */
  readonly ourChoice: readonly string[];
}

interface Source {
  readonly title: string;
  readonly url?: string;
}

/** How a provider is told where to send. */
interface Registration {
  /** `settings`: a console, dashboard or registration call, not the request for the job. */
  readonly via: "query" | "body" | "settings";
  /** The parameter's or field's name: `webhook`; `null` where there is none to name. */
  readonly field: string | null;
  readonly how: string;
}

/** One way to authenticate a delivery. */
export interface SchemeUse extends SchemeChoice {
  /** Deliveries without it are ordinary: the user need not have set a secret. */
  readonly optional?: true;
  /** Where the sender publishes the public keys that its deliveries verify against, as a JSON Web Key Set. */
  readonly jwksUrl?: string;
  readonly note?: string;
}

interface Limits {
  /** Answer within this many ms, by the provider's advice; `null` where it gives none. */
  readonly advisedMs: number | null;
  /** An answer after this many ms counts as a failed attempt. */
  readonly timeoutMs: number;
}

/** A delivery as a provider looks at it. */
export interface Received {
  /** The first value of each header field, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The parsed body; `undefined` where it is no JSON or was too large to parse. */
  readonly json: unknown;
}

/**
 * What a delivery is recognised by, surest first. Where several providers recognise one delivery, the surer
 * sign wins: `own-header` a field that only this provider sends; `header-and-body` a field that several send
 * with a body that only this one does; `shared-header` such a field alone; `body` the body alone; `envelope`
 * a field that says no more than which family of senders it is.
 */
export const signs = ["own-header", "header-and-body", "shared-header", "body", "envelope"] as const;
export type Sign = (typeof signs)[number];

/** An identity before it is said whose it is. */
type Reading = Omit<Identity, "provider">;

/** One kind of delivery that the provider sends. */
export interface ProviderEvent {
  /** The provider's own name, or the status that stands for one. */
  readonly name: string;
  /** `null`: no news of a job, as with a handshake. */
  readonly event: DeliveryEvent | null;
  /** What sets it apart, where the name does not say it. */
  readonly about?: string;
  /** The sample says how far the job is. */
  readonly tellsPercent?: true;
  /** The body as documented, with fresh values. Pure in its argument. */
  sample(input: SampleInput): JsonObject;
}

export interface SampleInput {
  readonly job: string;
  readonly random: RandomBytes;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly media: MediaUrls;
  /** How far the job is, 0 to 100, for events that tell. */
  readonly percent: number;
}

/** Where a sample's outputs are to be found. */
export interface MediaUrls {
  readonly image: string;
  readonly video: string;
  readonly audio: string;
  /** A 3D model. */
  readonly model: string;
}

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
