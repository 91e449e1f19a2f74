import { undecided, type Verification } from "../core/verdict.ts";
import { identify } from "../inspect/identify.ts";
import { examineDelivery, verifyDelivery } from "../inspect/verify.ts";
import { findProvider } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import type { Inspect } from "../spool/pipeline.ts";
import type { KeyRing } from "./key-ring.ts";

interface InspectionSettings {
  /** Take every delivery as this provider's; `undefined`: told apart by headers and body. */
  readonly provider: string | undefined;
  readonly verify: "report" | "enforce" | "off";
  /** Signing secrets by provider. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly keyRing: KeyRing;
}

const nothing = new Uint8Array();

/** Trying the causes of a rejection hashes a body forty times; for a large one "hookspool verify" has the time. */
const EXPLAINED_BODY_BYTES = 16 * 1024;

/** Joins the catalogue and the known secrets to the way of a delivery. */
export function createInspect({ provider: named, verify, secrets, keyRing }: InspectionSettings): Inspect {
  const known = Object.entries(secrets).map(([name, secret]) => ({ name, secret }));

  function verdictOn(provider: Provider, head: Parameters<Inspect>[0], body: Uint8Array): Verification {
    const secret = keyRing.secretOf(provider);
    const source = keyRing.sourceOf(provider);
    if (secret === null && source !== undefined) return keysToCome(provider, keyRing.problemOf(source));
    const delivery = {
      request: { headers: head.headers, body, url: head.path, receivedAt: head.receivedAt },
      schemes: provider.schemes,
      secret,
    };
    if (body.length > EXPLAINED_BODY_BYTES) return examineDelivery(delivery).verification;
    const otherSecrets = known.filter(({ name }) => name !== provider.id);
    return verifyDelivery({ ...delivery, otherSecrets, providerName: provider.name });
  }

  return (head, body) => {
    const identity = identify({ headers: head.headers, body: body ?? nothing, provider: named });
    const provider = identity.provider === null ? undefined : findProvider(identity.provider);
    const verification = (() => {
      if (verify === "off") return undecided("verification is switched off");
      if (!provider) return undecided("no provider was recognised, so there is no signature to check");
      if (!body) return undecided("the body is too large to be checked on its way");
      return verdictOn(provider, head, body);
    })();
    return { identity, verification, timeoutMs: provider?.limits.timeoutMs };
  };
}

function keysToCome({ name }: Provider, problem: string | undefined): Verification {
  return undecided(
    problem === undefined
      ? `the public keys of ${name} are being fetched; the verdict follows`
      : `the public keys of ${name} could not be fetched: ${problem}`,
  );
}
