import type { Delivery, Identity } from "../core/delivery.ts";
import type { Verification } from "../core/verdict.ts";
import { INSPECTED_BODY_BYTES } from "../spool/pipeline.ts";
import type { Store } from "../store/store.ts";
import { createInspect } from "./inspection.ts";
import { createKeyRing } from "./key-ring.ts";
import { keySetUrls, readKeySets } from "./key-sets.ts";
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
  const told = { verify: "report", secrets, keyRing } as const;
  const inspect = createInspect({ ...told, provider: undefined });
  let examined = 0;
  let changed = 0;

  /** What is different now; `undefined` where nothing is. */
  function lookAgain(id: number): Promise<unknown>[] {
    const delivery = store.reader.delivery(id);
    const body = store.reader.body(id);
    if (!delivery || !body || delivery.refusal === "body-too-large") return [];
    const bytes = body.size <= INSPECTED_BODY_BYTES ? body.bytes() : undefined;
    const recognised = inspect(delivery, bytes);
    const { identity, verification } =
      recognised.identity.provider === null && delivery.provider !== null
        ? createInspect({ ...told, provider: delivery.provider })(delivery, bytes)
        : recognised;
    const isOther = !isSame(identity, delivery);
    return [
      ...(isOther ? [store.writer.setIdentity(id, identity)] : []),
      ...(improves(verification, delivery, identity) ? [store.writer.setVerification(id, verification)] : []),
    ];
  }

  let last = 0;
  for (;;) {
    const chunk = store.reader.deliveriesAfter(last, CHUNK);
    if (chunk.length === 0) return { examined, changed };
    const changes = chunk.map(({ id }) => lookAgain(id));
    await Promise.all(changes.flat());
    examined += chunk.length;
    changed += changes.filter(({ length }) => length > 0).length;
    last = chunk.at(-1)?.id ?? last;
  }
}

const isSame = (a: Identity, b: Identity) =>
  a.provider === b.provider && a.event === b.event && a.eventName === b.eventName && a.job === b.job;

/** Whether a verdict says more than the one that is kept. */
function improves(verification: Verification, kept: Delivery, { provider }: Identity): boolean {
  if (provider !== kept.provider) return true;
  if (kept.verdict === "verified" || verification.verdict === "undecided") return false;
  return verification.verdict !== kept.verdict || verification.reason !== kept.reason;
}
