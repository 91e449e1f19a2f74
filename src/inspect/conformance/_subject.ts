import { providerNamed } from "../../providers/_find.ts";
import type { RandomBytes } from "../../providers/_ids.ts";
import type { Json, JsonObject, Provider, ProviderEvent, SchemeUse } from "../../providers/_provider.ts";
import type { Examination, Secret, SigningScheme } from "../../signing/_scheme.ts";
import { type SchemeName, schemeNamed } from "../../signing/_schemes.ts";
import { composePayload, deliveryOf, type Flaw, type ForgedDelivery, type Payload } from "../forge.ts";

export interface SubjectOptions {
  readonly provider: string;
  /** `null` where none is known. */
  readonly secret: Secret | null;
  /** The provider's variant to sign by; its first where absent. */
  readonly scheme?: SchemeName | undefined;
  /** The handler's request target, query included. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: RandomBytes;
}

/** Whose deliveries a handler is tried with, and how they are made. */
export interface Subject {
  readonly provider: Provider;
  readonly use: SchemeUse | undefined;
  readonly scheme: SigningScheme<SchemeName>;
  /** Something tells this sender from others: a signature or a shared secret. */
  readonly isAuthentic: boolean;
  readonly random: RandomBytes;
  /** The event that says that a job is done, and the case that tries it. */
  readonly completed: ProviderEvent;
  readonly completedCase: string;
  readonly failed: ProviderEvent | undefined;
  /** A body as documented, parsed. */
  sample(event: ProviderEvent, job?: string): JsonObject;
  /** A body with the id that goes beside it. */
  payload(body: Uint8Array | Json): Payload;
  /** Signed at a moment, or wrongly on purpose. */
  deliver(payload: Payload, now: number, flaw?: Flaw): ForgedDelivery;
  /** What a good handler thinks of a request that arrives at a moment. */
  examine(request: ForgedDelivery, receivedAt: number): Examination;
  /** The header fields that carry the signature and what belongs to it. */
  readonly schemeHeaders: readonly string[];
}

export function createSubject({
  provider: id,
  secret,
  path,
  now,
  random,
  ...options
}: SubjectOptions): Subject {
  const provider = providerNamed(id);
  const use = provider.schemes.find(
    ({ scheme }) => options.scheme === undefined || scheme === options.scheme,
  );
  const scheme = schemeNamed(use?.scheme ?? "unsigned");
  const isAuthentic = scheme.secretKind !== "none" && !(secret === null && use?.optional === true);
  const completed = eventOf(provider, "completed") ?? (provider.events[0] as ProviderEvent);

  const deliver: Subject["deliver"] = (payload, at, flaw) =>
    deliveryOf(payload, { secret, now: at, random, path, scheme: options.scheme, flaw });
  const payload: Subject["payload"] = (body) => {
    const data = body instanceof Uint8Array ? body : bytesOf(JSON.stringify(body));
    return composePayload({ provider: id, event: completed.name, now, random, data });
  };
  const sample: Subject["sample"] = (event, job) => {
    const { body } = composePayload({ provider: id, event: event.name, now, random, job });
    return JSON.parse(Buffer.from(body).toString());
  };

  const plain = new Set(["content-type"]);
  const example = payload(sample(completed));
  for (const [field] of provider.extraHeaders?.({ body: {}, id: "", now }) ?? [])
    plain.add(field.toLowerCase());
  const schemeHeaders = deliver(example, now)
    .headers.map(([field]) => field)
    .filter((field) => !plain.has(field.toLowerCase()));

  return {
    provider,
    use,
    scheme,
    isAuthentic,
    random,
    completed,
    completedCase: `events/${completed.name}`,
    failed: eventOf(provider, "failed"),
    sample,
    payload,
    deliver,
    examine: ({ headers, body, path: url }, receivedAt) =>
      scheme.examine({ headers, body, url, receivedAt }, secret, use?.params),
    schemeHeaders,
  };
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function eventOf(provider: Provider, wanted: ProviderEvent["event"]): ProviderEvent | undefined {
  return provider.events.find(({ event }) => event === wanted);
}
