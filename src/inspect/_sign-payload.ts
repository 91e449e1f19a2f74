import { AppError } from "../core/errors.ts";
import type { HeaderPairs } from "../core/headers.ts";
import type { RandomBytes } from "../providers/_ids.ts";
import type { Provider } from "../providers/_provider.ts";
import type { SchemeParams, Secret, SecretKind, SigningScheme } from "../signing/_scheme.ts";
import { type SchemeName, schemeNamed } from "../signing/_schemes.ts";
import { chosenScheme } from "./chosen-scheme.ts";

/** What is wrong with a delivery on purpose. */
export type Flaw = "unsigned" | "bad-signature" | "stale";

interface SigningOptions {
  readonly provider: Provider;
  readonly body: Uint8Array;
  readonly id: string | null;
  /** `null` where none is known. */
  readonly secret: Secret | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: RandomBytes;
  /** The request target. */
  readonly path: string;
  /** The provider's variant; its first where absent. */
  readonly scheme?: SchemeName | undefined;
  /** Instead of the provider's own. */
  readonly params?: SchemeParams | undefined;
  readonly flaw?: Flaw | undefined;
}

/** What signing adds to a delivery. */
export interface SignedHead {
  readonly headers: HeaderPairs;
  readonly path: string;
}

/**
 * Signs as the provider does, or wrongly in the way that was asked for.
 *
 * @throws {AppError} `E_NO_SCHEME`, `E_NO_SECRET`, `E_NO_SIGNATURE`, `E_NO_TIMESTAMP`, and what the scheme
 *   throws when a secret cannot sign.
 */
export function signPayload(options: SigningOptions): SignedHead {
  const { provider, secret, now, random, path, flaw } = options;
  const bare: SignedHead = { headers: [], path };
  const use = chosenScheme(provider, options.scheme);
  const scheme = schemeNamed(use?.scheme ?? "unsigned");
  if (use === undefined || scheme.secretKind === "none") {
    if (flaw === "bad-signature" || flaw === "stale") throw noSignature(provider);
    return bare;
  }

  const params = options.params ?? use.params;
  const seconds = Math.floor(now / 1000);
  const signBy = (by: Secret, timestamp = seconds): SignedHead => {
    const inputs = {
      secret: by,
      body: options.body,
      id: options.id ?? undefined,
      timestamp,
      url: path,
      params,
    };
    const { headers, url } = scheme.sign(inputs);
    return { headers, path: url ?? path };
  };
  const examine = ({ headers }: SignedHead) =>
    scheme.examine({ headers, body: options.body, url: path, receivedAt: now }, null, params);

  switch (flaw) {
    case undefined:
      if (secret === null && use.optional) return bare;
      return signBy(secret ?? throwNoSecret(provider));
    case "bad-signature":
      return signBy(strangersSecret(scheme.secretKind, random));
    case "unsigned": {
      const signed = signBy(strangersSecret(scheme.secretKind, random));
      const { signatureHeader } = examine(signed);
      // Where no header carries a signature, all that the scheme adds is the secret itself.
      if (signatureHeader === null) return bare;
      return { headers: signed.headers.filter(([field]) => field !== signatureHeader), path };
    }
    case "stale": {
      const age = (scheme.toleranceSeconds ?? USUAL_TOLERANCE_SECONDS) + 60;
      const signed = signBy(secret ?? throwNoSecret(provider), seconds - age);
      if (examine(signed).timestamp === null) throw noTimestamp(provider, scheme);
      return signed;
    }
  }
}

const USUAL_TOLERANCE_SECONDS = 300;

/** A good secret of the wrong sender. */
function strangersSecret(kind: SecretKind, random: RandomBytes): Secret {
  const base64 = Buffer.from(random(32)).toString("base64");
  switch (kind) {
    case "text":
      return `stranger-${Buffer.from(random(12)).toString("hex")}`;
    case "base64":
      return `whsec_${base64}`;
    default:
      return `seed:${base64}`;
  }
}

function throwNoSecret({ id, name }: Provider): never {
  throw new AppError(`no signing secret for ${name} is known, so nothing can be signed as it signs`, {
    code: "E_NO_SECRET",
    fault: "user",
    hint: `Run "hookspool secret set ${id}"; on the command line, --unsigned sends it without a signature.`,
  });
}

function noSignature({ name }: Provider): AppError {
  return new AppError(`deliveries of ${name} carry no signature here, so none can be wrong or stale`, {
    code: "E_NO_SIGNATURE",
    fault: "user",
    hint: 'Run "hookspool providers" to see which providers sign.',
  });
}

function noTimestamp({ name }: Provider, scheme: SigningScheme): AppError {
  return new AppError(`${name} signs no time (${scheme.name}), so a delivery of its cannot be stale`, {
    code: "E_NO_TIMESTAMP",
    fault: "user",
    hint: "Use --bad-signature or --unsigned for a delivery that has to be rejected.",
  });
}
