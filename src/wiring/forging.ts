import { randomBytes } from "node:crypto";
import { composePayload, deliveryOf, type Flaw } from "../inspect/forge.ts";
import { buildScenario, type Scenario, type ScenarioStep } from "../inspect/scenarios.ts";
import type { MediaServer } from "../media/server.ts";
import type { Provider } from "../providers/_provider.ts";
import type { SigningSecret } from "./signing-secret.ts";

interface ForgingOptions {
  readonly provider: Provider;
  /** `undefined` only with a scenario. */
  readonly event: string | undefined;
  readonly scenario?: Scenario | undefined;
  readonly signing: SigningSecret;
  readonly media: MediaServer;
  /** The request target. */
  readonly path: string;
  /** How many jobs, or results of a batch. */
  readonly count?: number | undefined;
  readonly data?: Uint8Array | undefined;
  readonly set?: readonly string[] | undefined;
  readonly flaw?: Flaw | undefined;
}

/**
 * What is to be forged, delivery by delivery, with fresh ids and outputs that can be fetched.
 *
 * @throws {AppError} what forging throws; of what cannot be signed, when it is made
 */
export function forgingSteps({
  provider,
  scenario,
  signing,
  media,
  ...options
}: ForgingOptions): readonly ScenarioStep[] {
  const common = {
    ...options,
    provider: provider.id,
    secret: signing.secret,
    now: Date.now(),
    random: randomBytes,
    mediaUrls: media.urls,
  };
  if (scenario === "batch") return buildScenario({ ...common, scenario });
  return Array.from({ length: options.count ?? 1 }, () => {
    if (scenario !== undefined) return buildScenario({ ...common, scenario, count: undefined });
    const payload = composePayload({ ...common, event: options.event ?? "" });
    return { delayMs: 0, payload, deliver: (now: number) => deliveryOf(payload, { ...common, now }) };
  }).flat();
}

const KEYS_PATH = "/.well-known/jwks.json";

/**
 * Makes what a handler needs to check the signatures available, and says in a sentence what a person should know
 * of them; `undefined` where they are made by the stored secret.
 */
export function introduceSignature(
  { id, name, schemes }: Provider,
  { secret, developmentKeys }: SigningSecret,
  media: MediaServer,
): string | undefined {
  if (developmentKeys !== null) {
    const bytes = Buffer.from(JSON.stringify(developmentKeys));
    media.serve(KEYS_PATH, { type: "application/json", bytes });
    return `Only ${name} can sign with ${name}'s keys. This is signed with a development key of hookspool's own; its JWKS is at ${media.url(KEYS_PATH)} while this runs. It is not ${name}'s: let nothing but your development handler trust it.`;
  }
  if (secret === null && schemes.length > 0 && schemes[0]?.scheme !== "unsigned")
    return `No secret of ${name} is known, so this carries none, as is allowed: hookspool secret set ${id}`;
  return undefined;
}
