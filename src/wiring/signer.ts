import type { Delivery } from "../core/delivery.ts";
import { AppError } from "../core/errors.ts";
import { resign, type SendableRequest } from "../inspect/resign.ts";
import { findProvider } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { signingSecretFor } from "./signing-secret.ts";

/** Signs one stored delivery as its provider would at another moment. */
export interface Signer {
  readonly provider: Provider;
  /** Only the provider has the real key: this is signed with one of our own. */
  readonly usesDevelopmentKey: boolean;
  /**
   * @param now ms since the epoch
   * @throws {AppError} E_NO_SIGNATURE, E_NO_SECRET, and what the scheme throws
   */
  sign(request: SendableRequest, now: number): SendableRequest;
}

/** @throws {AppError} E_NO_PROVIDER, E_SECRETS, E_DEVELOPMENT_KEY */
export function signerFor({ id, provider: name }: Delivery, dir: string): Signer {
  const provider = name === null ? undefined : findProvider(name);
  if (provider === undefined) throw nobodys(id);
  const { secret, developmentKeys } = signingSecretFor(provider, dir, process.env);
  return {
    provider,
    usesDevelopmentKey: developmentKeys !== null,
    sign: (request, now) => resign({ request, provider, secret, now }),
  };
}

function nobodys(id: number): AppError {
  return new AppError(`delivery ${id} is of no provider that is known, so it cannot be signed again`, {
    code: "E_NO_PROVIDER",
    fault: "user",
    hint: "Send it as it is: without --resign, or with --no-resign where it is changed.",
  });
}
