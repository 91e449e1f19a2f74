import type { Delivery, Identity } from "../core/delivery.ts";
import type { Verification } from "../core/verdict.ts";
import { findProvider } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { INSPECTED_BODY_BYTES, type Inspection } from "../spool/pipeline.ts";
import type { Store } from "../store/store.ts";
import { createInspect } from "./inspection.ts";
import { createKeyRing } from "./key-ring.ts";
import { fetchKeySet, keySetUrls, readKeySets } from "./key-sets.ts";
import { secretsByProvider } from "./secrets.ts";

/** So many are looked at before what changed is written. */
const CHUNK = 200;

export interface ReindexCount {
  readonly examined: number;
  readonly changed: number;
}

/**
 * Asks of every stored delivery anew whose it is and whether its signature held when it arrived: for what the
 * catalogue has learned, and for secrets and keys that have become known. Nothing that was known is lost: a
 * provider that is not recognised stays, and so does `verified`, for a secret may have changed since.
 */
export async function reindex(
  dir: string,
  environment: NodeJS.ProcessEnv,
  store: Store,
): Promise<ReindexCount> {
  const secrets = secretsByProvider(dir, environment);
  const keyRing = createKeyRing({
    secrets,
    keySets: readKeySets(dir),
    keySetUrls: keySetUrls(environment),
    now: Date.now,
  });
  const inspectAs = (provider: string | undefined) =>
    createInspect({ verify: "report", secrets, keyRing, provider });
  /** Of this chunk: they go to disk together. */
  const writes: Promise<void>[] = [];
  let examined = 0;
  let changed = 0;

  /** Whether anything is different now. */
  async function lookAgain(id: number): Promise<boolean> {
    const delivery = store.reader.delivery(id);
    const body = store.reader.body(id);
    if (!delivery || !body || delivery.refusal === "body-too-large") return false;
    const bytes = body.size <= INSPECTED_BODY_BYTES ? body.bytes() : undefined;
    const recognised = inspectAs(undefined)(delivery, bytes).identity.provider;
    const provider = findProvider(recognised ?? delivery.provider ?? "");
    if (!provider) return false;
    const { identity, verification } = await inspectWithKeys(provider, () =>
      inspectAs(provider.id)(delivery, bytes),
    );
    const isOther = !isSame(identity, delivery);
    const isBetter = improves(verification, delivery, identity);
    if (isOther) writes.push(store.writer.setIdentity(id, identity));
    if (isBetter) writes.push(store.writer.setVerification(id, verification));
    return isOther || isBetter;
  }

  /** Fetches keys first where the verdict needs them. */
  async function inspectWithKeys(provider: Provider, inspect: () => Inspection): Promise<Inspection> {
    const inspection = inspect();
    const { verdict, reason } = inspection.verification;
    const url = keyRing.sourceOf(provider);
    if (url === undefined || (verdict !== "undecided" && reason !== "mismatch")) return inspection;
    if (keyRing.shouldFetch(url)) keyRing.settle(url, await fetchKeySet(url, { dir, now: Date.now() }));
    return inspect();
  }

  let last = 0;
  for (;;) {
    const chunk = store.reader.deliveriesAfter(last, CHUNK);
    if (chunk.length === 0) return { examined, changed };
    for (const { id } of chunk) if (await lookAgain(id)) changed += 1;
    await Promise.all(writes.splice(0));
    examined += chunk.length;
    last = chunk.at(-1)?.id ?? last;
  }
}

const isSame = (a: Identity, b: Identity) =>
  a.provider === b.provider &&
  a.event === b.event &&
  a.eventName === b.eventName &&
  a.job === b.job &&
  a.dedupeKey === b.dedupeKey;

/** Whether a verdict says more than the one that is kept. */
function improves(verification: Verification, kept: Delivery, { provider }: Identity): boolean {
  if (provider !== kept.provider) return true;
  if (kept.verdict === "verified" || verification.verdict === "undecided") return false;
  return verification.verdict !== kept.verdict || verification.reason !== kept.reason;
}
