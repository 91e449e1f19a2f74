import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, systemCode } from "../core/errors.ts";

/**
 * An Ed25519 key of our own, as a JWK in JSON, to sign as those do whose private keys nobody else has. Made
 * when it is first needed and kept in the data directory, so that a handler that trusts it need not learn
 * another each time; only its owner reads it.
 *
 * @throws {AppError} E_DEVELOPMENT_KEY
 */
export function developmentKey(dir: string): string {
  const file = join(dir, "development-key.json");
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw keyError(file, "read", error);
  }
  const { privateKey } = generateKeyPairSync("ed25519");
  const kid = `hookspool-development-${randomBytes(4).toString("hex")}`;
  const key = `${JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid })}\n`;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(file, key, { mode: 0o600, flag: "wx", flush: true });
    return key;
  } catch (error) {
    // Another process was faster.
    if (systemCode(error) === "EEXIST") return readFileSync(file, "utf8");
    throw keyError(file, "written", error);
  }
}

function keyError(file: string, verb: string, cause: unknown): AppError {
  return new AppError(`the development key could not be ${verb}: ${file}`, {
    code: "E_DEVELOPMENT_KEY",
    fault: "environment",
    hint: "Check the disk and the folder's permissions.",
    cause,
  });
}
