import { AppError } from "../core/errors.ts";
import type { Credentials } from "../spool/credential.ts";

interface Given {
  readonly auth?: string | undefined;
  readonly token?: string | undefined;
}

/** Enough that it cannot be found by trying, of characters that stand in a path as they are. */
const tokenForm = /^[\w.~-]{12,256}$/;

/**
 * What `--auth` and `--token` say. An error does not repeat them: they are secrets.
 *
 * @throws {AppError} E_CREDENTIAL
 */
export function readCredentials({ auth, token }: Given): Credentials {
  if (auth !== undefined && !/^[^:]+:.+$/s.test(auth))
    throw credentialError("--auth is not of the form user:password", "The user has no colon in it.");
  if (token !== undefined && !tokenForm.test(token))
    throw credentialError(
      "--token does not fit into a URL, or is too short",
      "It has 12 to 256 letters, digits, or any of - . _ ~: openssl rand -hex 16 makes one.",
    );
  return { basic: auth, token };
}

function credentialError(message: string, hint: string): AppError {
  return new AppError(message, { code: "E_CREDENTIAL", fault: "user", hint });
}

/** The URL as it is given to a provider: with what lets its deliveries in. */
export function urlForProviders(url: string, { basic, token }: Credentials): string {
  if (token !== undefined) return `${url}/${token}`;
  if (basic === undefined) return url;
  const [user, password] = [basic.slice(0, basic.indexOf(":")), basic.slice(basic.indexOf(":") + 1)];
  return url.replace("://", `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
}
