import { undecided, type Verification } from "../core/verdict.ts";
import { identify } from "../inspect/identify.ts";
import {
  chooseSchemes,
  type DeliveryExamination,
  examineDelivery,
  verifyDelivery,
} from "../inspect/verify.ts";
import { findProvider, providerNamed } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import type { Secret, SignedRequest } from "../signing/_scheme.ts";
import { type SchemeChoice, schemeNamed } from "../signing/_schemes.ts";
import { createKeyRing } from "./key-ring.ts";
import { fetchKeySet, keySetUrls, readKeySets } from "./key-sets.ts";
import { secretsByProvider } from "./secrets.ts";

/** A verdict on one delivery with all that it was drawn from. The secret is not among it. */
export interface Judgement
  extends Pick<DeliveryExamination, "signed" | "signatureHeader" | "expected" | "received" | "timestamp"> {
  /** `undefined` where nobody was recognised. */
  readonly provider: Provider | undefined;
  readonly verification: Verification;
  /** The scheme that counted; `undefined` where there was none to try. */
  readonly choice: SchemeChoice | undefined;
  /** That scheme in one line. */
  readonly description: string;
}

interface Question {
  readonly request: SignedRequest;
  /** `undefined`: told apart by headers and body. */
  readonly provider: string | undefined;
  /** `undefined`: all that the provider uses. */
  readonly scheme: string | undefined;
}

/**
 * Judges deliveries by what is known in a data directory, at leisure: public keys that are not there are
 * fetched first.
 *
 * @param onFetch is told where from
 */
export function createJudge(
  dir: string,
  environment: NodeJS.ProcessEnv,
  onFetch: (url: string) => void,
): (question: Question) => Promise<Judgement> {
  const secrets = secretsByProvider(dir, environment);
  const known = Object.entries(secrets).map(([name, secret]) => ({ name, secret }));
  const keyRing = createKeyRing({
    secrets,
    keySets: readKeySets(dir),
    keySetUrls: keySetUrls(environment),
    now: Date.now,
  });

  /** Fetches the keys that this provider's deliveries need, if it is time to. */
  async function fetchKeys(provider: Provider): Promise<void> {
    const url = keyRing.sourceOf(provider);
    if (url === undefined || !keyRing.shouldFetch(url)) return;
    onFetch(url);
    keyRing.settle(url, await fetchKeySet(url, { dir, now: Date.now() }));
  }

  function judge(
    { request }: Question,
    schemes: readonly SchemeChoice[],
    provider: Provider | undefined,
  ): Judgement {
    const secret: Secret | null = provider ? keyRing.secretOf(provider) : null;
    const examination = examineDelivery({ request, schemes, secret });
    const verification = verifyDelivery({
      request,
      schemes,
      secret,
      otherSecrets: known.filter(({ name }) => name !== provider?.id),
      providerName: provider?.name,
    });
    const { choice } = examination;
    return { ...examination, provider, verification, description: schemeNamed(choice.scheme).description };
  }

  return async (question) => {
    const { request, scheme } = question;
    const id = question.provider ?? identify(request).provider ?? undefined;
    const provider = id === undefined ? undefined : providerNamed(id);
    if (id === undefined && scheme === undefined) return nobodys;
    const schemes = chooseSchemes({ scheme, provider: id }, (name) => findProvider(name)?.schemes);
    const first = judge(question, schemes, provider);
    const source = provider && keyRing.sourceOf(provider);
    const mayChange = first.verification.verdict === "undecided" || first.verification.reason === "mismatch";
    if (!provider || source === undefined || !mayChange) return first;
    await fetchKeys(provider);
    const problem = keyRing.problemOf(source);
    if (problem === undefined || first.verification.verdict !== "undecided")
      return judge(question, schemes, provider);
    return {
      ...first,
      verification: undecided(`the public keys of ${provider.name} could not be fetched: ${problem}`),
    };
  };
}

const nobodys: Judgement = {
  provider: undefined,
  verification: undecided(
    "no provider was recognised, so there is no signature to check: name one with --provider, or a scheme",
  ),
  choice: undefined,
  description: "",
  ...{ signed: null, signatureHeader: null, expected: null, received: null, timestamp: null },
};
