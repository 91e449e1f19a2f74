import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command, Option } from "commander";
import { AppError, systemCode } from "../core/errors.ts";
import { PROJECT_CONFIG_FILE, userConfigFile } from "../wiring/paths.ts";

/** A file of settings: the names of the flags, in camelCase, with the values that one would type. */
interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The project's settings, then the person's. A value in the first hides the same in the second.
 *
 * @throws {AppError} E_CONFIG
 */
export function readConfigFiles(): ConfigFile[] {
  const paths = [resolve(PROJECT_CONFIG_FILE), userConfigFile(process.env)];
  return paths.flatMap((path) => {
    const values = readConfigFile(path);
    return values ? [{ path, values }] : [];
  });
}

function readConfigFile(path: string): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw configError(path, "cannot be read", error);
  }
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === "object" && values !== null && !Array.isArray(values))
      return values as Record<string, unknown>;
  } catch (error) {
    throw configError(path, `is not JSON (${(error as Error).message})`, error);
  }
  throw configError(path, "is not a JSON object", undefined);
}

/**
 * Fills in what neither a flag nor the environment gave. A name that no command knows is an error: it is more
 * likely mistyped than meant for nobody.
 *
 * @throws {AppError} E_CONFIG
 */
export function applyConfigFiles(
  command: Command,
  files: readonly ConfigFile[],
  known: ReadonlySet<string>,
): void {
  const options = [...command.options, ...(command.parent?.options ?? [])];
  for (const { path, values } of files) {
    for (const [key, value] of Object.entries(values)) {
      if (!known.has(key)) throw configError(path, `has a setting "${key}" that there is not`, undefined);
      const option = options.find((candidate) => candidate.attributeName() === key);
      if (!option) continue;
      const owner = command.options.includes(option) ? command : command.parent;
      const source = owner?.getOptionValueSource(key);
      if (source !== undefined && source !== "default") continue;
      owner?.setOptionValueWithSource(key, parseValue(option, value, path), path);
    }
  }
}

function parseValue(option: Option, value: unknown, path: string): unknown {
  if (typeof value === "boolean" && option.isBoolean()) return value;
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  try {
    if (option.argChoices && !texts.every((text) => option.argChoices?.includes(text)))
      throw new Error(`it must be one of ${option.argChoices.join(", ")}`);
    const { parseArg } = option;
    if (!parseArg) return texts[0];
    return texts.reduce<unknown>((before, text) => parseArg(text, before), undefined);
  } catch (error) {
    throw configError(
      path,
      `has a bad value for "${option.attributeName()}": ${(error as Error).message}`,
      error,
    );
  }
}

function configError(path: string, what: string, cause: unknown): AppError {
  return new AppError(`${path} ${what}`, {
    code: "E_CONFIG",
    fault: "user",
    hint: 'Its names are those of the flags in "hookspool listen --help", in camelCase: {"tunnelHost": "…"}.',
    cause,
  });
}
