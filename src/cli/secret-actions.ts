import { existsSync, readFileSync } from "node:fs";
import { AppError } from "../core/errors.ts";
import { secretConcerns } from "../inspect/secret-form.ts";
import { jsonLine } from "../log/json.ts";
import { findProvider, providerNamed } from "../providers/_find.ts";
import type { Provider } from "../providers/_provider.ts";
import { publicKeysOf } from "../signing/_ed25519-keys.ts";
import { schemeNamed } from "../signing/_schemes.ts";
import {
  forgetSecret,
  keepSecret,
  readSecrets,
  type StoredSecret,
  secretVariable,
} from "../wiring/secrets.ts";
import type { Context } from "./context.ts";
import { readSecret } from "./read-secret.ts";

/** @throws {AppError} E_NO_PROVIDER, E_NO_INPUT, E_INTERRUPTED, E_SECRETS */
export async function setSecret(context: Context, id: string): Promise<undefined> {
  const provider = providerNamed(id);
  const given = await readSecret(`Secret of ${provider.name} (not shown): `);
  const secret = usesKeys(provider) ? contentOfFile(given) : given;
  const concerns = secretConcerns(provider, secret);
  keepSecret(context.dir, provider.id, secret);
  const isHidden = process.env[secretVariable(provider.id)];
  const warnings = [
    ...concerns,
    ...(isHidden ? [`${secretVariable(provider.id)} is set in the environment and goes before it.`] : []),
  ];
  if (context.json)
    await context.write(
      jsonLine({
        v: 1,
        type: "secret",
        ...describe({ provider: provider.id, value: secret, origin: "file" }),
        warnings,
      }),
    );
  for (const warning of warnings) context.talk(`Warning: ${warning}\n`);
  context.talk(
    `Kept the secret of ${provider.name}; deliveries are checked by it from the next listen on.\n`,
  );
  return undefined;
}

const usesKeys = ({ schemes }: Provider) =>
  schemes.some(({ scheme }) => schemeNamed(scheme).secretKind === "jwks");

/** Keys are public: they may be given as the path of their file, too. */
function contentOfFile(given: string): string {
  const path = given.trim();
  return !path.startsWith("{") && path.length < 4096 && existsSync(path)
    ? readFileSync(path, "utf8").trim()
    : given;
}

export async function listSecrets(context: Context): Promise<undefined> {
  const secrets = readSecrets(context.dir, process.env).sort((a, b) => (a.provider < b.provider ? -1 : 1));
  if (secrets.length === 0 && !context.json)
    context.talk('No secrets are kept here. "hookspool secret set <provider>" keeps one.\n');
  for (const secret of secrets) {
    const described = describe(secret);
    if (context.json) await context.write(jsonLine({ v: 1, type: "secret", ...described }));
    else {
      const { provider, ending, keyIds, variable } = described;
      const shown = keyIds === null ? `…${ending}` : `keys ${keyIds.join(", ")}`;
      const unknown = findProvider(provider) ? "" : context.tones.warn("  no such provider");
      const origin = context.tones.dim(variable ?? "file");
      await context.write(`${provider.padEnd(18)} ${shown.padEnd(12)} ${origin}${unknown}\n`);
    }
  }
  return undefined;
}

/** Enough to tell two secrets apart, too little to be of use. */
function describe({ provider, value, origin }: StoredSecret) {
  const keys = value.startsWith("{") ? publicKeysOf(value) : undefined;
  return {
    provider,
    ending: keys ? "" : value.slice(value.length - Math.min(4, Math.floor(value.length / 4))),
    keyIds: keys ? keys.map(({ id }) => id ?? "without an id") : null,
    origin,
    variable: origin === "environment" ? secretVariable(provider) : null,
  };
}

/** @throws {AppError} E_NO_PROVIDER, E_NO_SECRET, E_SECRETS */
export async function removeSecret(context: Context, id: string): Promise<undefined> {
  const provider = providerNamed(id);
  const variable = secretVariable(provider.id);
  if (!forgetSecret(context.dir, provider.id))
    throw new AppError(`no secret of ${provider.name} is kept in this data directory`, {
      code: "E_NO_SECRET",
      fault: "user",
      hint: process.env[variable]
        ? `It is in the environment: unset ${variable}.`
        : 'Run "hookspool secret ls" to see what there is.',
    });
  if (context.json) await context.write(jsonLine({ v: 1, type: "removed", provider: provider.id }));
  else context.talk(`Forgot the secret of ${provider.name}.\n`);
  return undefined;
}
