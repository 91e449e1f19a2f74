import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, systemCode } from "../core/errors.ts";
import { writePrivateFile } from "./private-file.ts";

/** A signing secret, with where it comes from. */
export interface StoredSecret {
  readonly provider: string;
  readonly value: string;
  readonly origin: "environment" | "file";
}

const VARIABLE = "HOOKSPOOL_SECRET_";

/** The environment variable that a provider's secret may stand in: `HOOKSPOOL_SECRET_WAVESPEED`. */
export const secretVariable = (provider: string) => VARIABLE + provider.toUpperCase().replaceAll("-", "_");

const secretsFile = (dir: string) => join(dir, "secrets.json");

/**
 * All secrets that are known here; the environment goes before the file. They are handed to whoever verifies or
 * signs, and never to the store, a notice or a log.
 *
 * @throws {AppError} E_SECRETS
 */
export function readSecrets(dir: string, environment: NodeJS.ProcessEnv): StoredSecret[] {
  const secrets = new Map<string, StoredSecret>();
  for (const [provider, value] of Object.entries(readFile(dir)))
    secrets.set(provider, { provider, value, origin: "file" });
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE) || !value) continue;
    const provider = variable.slice(VARIABLE.length).toLowerCase().replaceAll("_", "-");
    secrets.set(provider, { provider, value, origin: "environment" });
  }
  return [...secrets.values()];
}

/** The same, for looking one up. */
export function secretsByProvider(dir: string, environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(readSecrets(dir, environment).map(({ provider, value }) => [provider, value]));
}

/** Keeps a secret, in a file that only its owner reads. */
export function keepSecret(dir: string, provider: string, value: string): void {
  writeFile(dir, { ...readFile(dir), [provider]: value });
}

/** Whether there was one to forget. */
export function forgetSecret(dir: string, provider: string): boolean {
  const { [provider]: found, ...others } = readFile(dir);
  if (found === undefined) return false;
  writeFile(dir, others);
  return true;
}

function readFile(dir: string): Record<string, string> {
  const file = secretsFile(dir);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return {};
    throw new AppError(`the secrets in ${file} cannot be read`, {
      code: "E_SECRETS",
      fault: "environment",
      hint: 'Check the file, or delete it and set the secrets again with "hookspool secret set".',
      cause: error,
    });
  }
}

function writeFile(dir: string, secrets: Readonly<Record<string, string>>): void {
  const file = secretsFile(dir);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writePrivateFile(file, secrets);
  } catch (error) {
    throw new AppError(`the secret could not be written to ${file}`, {
      code: "E_SECRETS",
      fault: "environment",
      hint: "Check the disk and the folder's permissions.",
      cause: error,
    });
  }
}
