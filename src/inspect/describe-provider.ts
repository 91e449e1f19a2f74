import type { DeliveryEvent } from "../core/delivery.ts";
import type { Provider, SchemeUse } from "../providers/_provider.ts";
import type { RetryPolicy } from "../providers/_retries.ts";
import { schemeNamed } from "../signing/_schemes.ts";
import { describeSeconds } from "../signing/_seconds.ts";
import { dedupeRule } from "./dedupe-rule.ts";

/** Everything the catalogue knows of one provider, as plain data. */
export function describeProvider(provider: Provider) {
  const { id, name, sources, certainty, registration, secretSource, requestHeaders, retries, limits } =
    provider;
  const { sourceAddresses, resultLookup, undocumented, ourChoice } = provider;
  return {
    ...{ id, name, certainty, registration, secretSource, requestHeaders },
    schemes: provider.schemes.map(describeScheme),
    events: provider.events.map((event): DescribedEvent => {
      const { name, event: state, about = null } = event;
      return { name, event: state, about, dedupeKey: dedupeRule(provider, event) };
    }),
    ...{ retries, limits, sourceAddresses, resultLookup, sources, undocumented, ourChoice },
  };
}

export type ProviderDescription = ReturnType<typeof describeProvider>;

interface DescribedEvent {
  readonly name: string;
  readonly event: DeliveryEvent | null;
  readonly about: string | null;
  /** What its dedupe key is made of. */
  readonly dedupeKey: string | null;
}

function describeScheme({ scheme: name, params = {}, optional, jwksUrl, note }: SchemeUse) {
  const { description, secretKind, secretUse, toleranceSeconds } = schemeNamed(name);
  return {
    scheme: name,
    description,
    params,
    optional: optional === true,
    secretKind,
    secretUse,
    toleranceSeconds,
    jwksUrl: jwksUrl ?? null,
    note: note ?? null,
  };
}

/** How deliveries are authenticated, in a word for each way: `wazza-timestamped or wazza-body`. */
export function schemeSummary({ schemes }: Provider): string {
  if (schemes.length === 0) return "unknown";
  return schemes.map(({ scheme, optional }) => (optional ? `${scheme} (optional)` : scheme)).join(" or ");
}

/** `3 in 7 s`, `none`; a `*` where that is our choice. */
export function retrySummary({ delaysMs, certainty }: RetryPolicy): string {
  const total = delaysMs.reduce((sum, delay) => sum + delay, 0);
  const count = delaysMs.length === 1 ? "none" : `${delaysMs.length - 1} in ${roughly(total)}`;
  return certainty === "our choice" ? `${count}*` : count;
}

/** A span as one number of which a person can think. */
function roughly(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= 2 * length) ?? ["s", 1_000];
  return ms < 1_000 ? "1 s" : `${Math.round(ms / length)} ${unit}`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;

/** A span for a person: `250 ms`, `1 min 30 s`. */
export const describeMs = (ms: number) => (ms > 0 && ms < 1_000 ? `${ms} ms` : describeSeconds(ms / 1_000));
