import type { Provider } from "../providers/_provider.ts";
import type { JsonWebKeySet, Secret } from "../signing/_scheme.ts";
import type { FetchedKeySet, FetchOutcome, KeySetsByUrl } from "./key-sets.ts";

/** Older keys are not used: fal.ai says to keep them no longer. */
const MAX_AGE_MS = 24 * 60 * 60_000;

/** A signature that does not fit may be made by a new key; so often it is worth a look. */
const REFRESH_MS = 5 * 60_000;

/** How long after a fetch that failed the next one may begin. */
const RETRY_MS = 60_000;

/** What deliveries are checked by: the person's own secrets, and the key sets that senders publish. */
export interface KeyRing {
  /** The secret or the keys to check this provider's deliveries by; `null` where none are known. */
  secretOf(provider: Provider): Secret | null;
  /** Where keys for its deliveries can be fetched; `undefined` where a secret is known or nothing is published. */
  sourceOf(provider: Provider): string | undefined;
  /** Why the last fetch brought nothing; `undefined` where it did, or there was none. */
  problemOf(url: string): string | undefined;
  /** Whether it is time to fetch from here. The one who is told so has to {@link settle} it. */
  shouldFetch(url: string): boolean;
  isFetching(url: string): boolean;
  /** What came of a fetch. */
  settle(url: string, outcome: FetchOutcome): void;
}

interface KeyRingOptions {
  /** Signing secrets by provider. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly keySets: KeySetsByUrl;
  /** Where keys are fetched from instead of the documented place, by provider. */
  readonly keySetUrls: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createKeyRing({ secrets, keySets, keySetUrls, now }: KeyRingOptions): KeyRing {
  const known = new Map<string, FetchedKeySet>(Object.entries(keySets));
  const failed = new Map<string, { readonly at: number; readonly problem: string }>();
  const underWay = new Set<string>();

  const freshAt = (url: string): JsonWebKeySet | null => {
    const keySet = known.get(url);
    return keySet && now() - keySet.fetchedAt < MAX_AGE_MS ? keySet : null;
  };
  const sourceOf = ({ id, schemes }: Provider) =>
    secrets[id] === undefined
      ? (keySetUrls[id] ?? schemes.find(({ jwksUrl }) => jwksUrl !== undefined)?.jwksUrl)
      : undefined;

  return {
    secretOf(provider) {
      const url = sourceOf(provider);
      return secrets[provider.id] ?? (url === undefined ? null : freshAt(url));
    },
    sourceOf,
    problemOf: (url) => failed.get(url)?.problem,
    shouldFetch(url) {
      if (underWay.has(url)) return false;
      const { at = Number.NEGATIVE_INFINITY } = failed.get(url) ?? {};
      const { fetchedAt = Number.NEGATIVE_INFINITY } = known.get(url) ?? {};
      if (now() - at < RETRY_MS || now() - fetchedAt < REFRESH_MS) return false;
      underWay.add(url);
      return true;
    },
    isFetching: (url) => underWay.has(url),
    settle(url, outcome) {
      underWay.delete(url);
      if ("keySet" in outcome) {
        known.set(url, outcome.keySet);
        failed.delete(url);
      } else failed.set(url, { at: now(), problem: outcome.problem });
    },
  };
}
