import type { Provider } from "../providers/_provider.ts";
import { privateKeyOf, publicKeySet } from "../signing/_ed25519-keys.ts";
import type { JsonWebKeySet } from "../signing/_scheme.ts";
import { schemeNamed } from "../signing/_schemes.ts";
import { developmentKey } from "./development-key.ts";
import { secretsByProvider } from "./secrets.ts";

/** What a provider's deliveries are signed with here. */
export interface SigningSecret {
  /** `null` where none is known. */
  readonly secret: string | null;
  /** The public half of a key of our own, where only the provider has the real one. */
  readonly developmentKeys: JsonWebKeySet | null;
  /** All secrets that are known, to verify by: with a key of our own in the place of the provider's. */
  readonly verifiers: Readonly<Record<string, string>>;
}

/** @throws {AppError} E_SECRETS, E_DEVELOPMENT_KEY */
export function signingSecretFor(
  provider: Provider,
  dir: string,
  environment: NodeJS.ProcessEnv,
): SigningSecret {
  const known = secretsByProvider(dir, environment);
  const secret = known[provider.id] ?? null;
  const [use] = provider.schemes;
  const needsKey = use !== undefined && schemeNamed(use.scheme).secretKind === "jwks";
  if (!needsKey || (secret !== null && privateKeyOf(secret) !== undefined))
    return { secret, developmentKeys: null, verifiers: known };
  const key = developmentKey(dir);
  const developmentKeys = publicKeySet(key);
  return {
    secret: key,
    developmentKeys,
    verifiers: { ...known, [provider.id]: JSON.stringify(developmentKeys) },
  };
}
