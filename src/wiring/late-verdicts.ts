import type { DeliverySummary } from "../core/delivery.ts";
import type { Observer } from "../core/notice.ts";
import { findProvider } from "../providers/_find.ts";
import { INSPECTED_BODY_BYTES, type Inspect } from "../spool/pipeline.ts";
import type { Store } from "../store/store.ts";
import type { KeyRing } from "./key-ring.ts";
import type { FetchOutcome } from "./key-sets.ts";

/** Deliveries that wait for the same keys; older ones are left to `hookspool reindex`. */
const MOST_WAITING = 1_000;

interface LateVerdictsOptions {
  readonly keyRing: KeyRing;
  readonly inspect: Inspect;
  readonly store: Pick<Store, "reader" | "writer">;
  /** Told of every verdict that changes. */
  readonly observer: Observer;
  /** Asks for the keys that are published here; {@link LateVerdicts.settle} is to be called with what came. */
  readonly fetchKeys: (url: string) => void;
}

export interface LateVerdicts {
  /** Looks at what has been committed: whether keys have to be fetched for it. */
  readonly observe: Observer;
  /** Judges the deliveries that waited for these keys; resolves when their verdicts are written. */
  settle(url: string, outcome: FetchOutcome): Promise<void>;
  /** Nothing is read from the store any more. */
  close(): void;
}

/**
 * The verdicts that come after the commit, because public keys had to be fetched first. A delivery never waits
 * for them, and keys are fetched only when a delivery needs them: none are known, or none of them fits and a
 * newer one may.
 */
export function createLateVerdicts(options: LateVerdictsOptions): LateVerdicts {
  const { keyRing, inspect, store, observer, fetchKeys } = options;
  const waiting = new Map<string, number[]>();
  let closed = false;

  function consider({ id, provider: name, verdict, reason }: DeliverySummary) {
    const provider = name === null ? undefined : findProvider(name);
    const url = provider && keyRing.sourceOf(provider);
    if (url === undefined || (verdict !== "undecided" && reason !== "mismatch")) return;
    if (keyRing.shouldFetch(url)) fetchKeys(url);
    if (verdict === "undecided" || keyRing.isFetching(url))
      waiting.set(url, [...(waiting.get(url) ?? []).slice(1 - MOST_WAITING), id]);
  }

  /** Whether the verdict is final. */
  async function judge(id: number): Promise<boolean> {
    const delivery = store.reader.delivery(id);
    const body = store.reader.body(id);
    if (!delivery || !body || body.size > INSPECTED_BODY_BYTES) return true;
    const { verification } = inspect(delivery, body.bytes());
    if (verification.explanation !== delivery.explanation || verification.verdict !== delivery.verdict) {
      await store.writer.setVerification(id, verification);
      observer({ type: "verdict", delivery: id, verification });
    }
    return verification.verdict !== "undecided";
  }

  return {
    observe(notice) {
      if (notice.type === "delivery") consider(notice.delivery);
    },
    async settle(url, outcome) {
      keyRing.settle(url, outcome);
      const ids = waiting.get(url) ?? [];
      waiting.delete(url);
      for (const id of ids) {
        // Written one by one: what arrives in between comes first.
        if (closed) return;
        const isFinal = await judge(id);
        if (!isFinal) waiting.set(url, [...(waiting.get(url) ?? []), id]);
      }
    },
    close() {
      closed = true;
    },
  };
}
