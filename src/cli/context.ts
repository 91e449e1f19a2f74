import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Chalk, supportsColor } from "chalk";
import type { Command } from "commander";
import { AppError, type ExitCode } from "../core/errors.ts";
import { backgroundOf, createTones, type Tones } from "../core/tones.ts";
import { redactPath } from "../inspect/redact.ts";
import type { LineStyle } from "../log/lines.ts";
import { dataDirectoryError, isStoreError, openStore, type Store } from "../store/store.ts";
import { defaultDataDirectory } from "../wiring/paths.ts";

/** What every command is given: where the data is, and how to speak. */
export interface Context {
  readonly dir: string;
  /** Whether the directory was named, so that a suggested command has to name it too. */
  readonly dirGiven: boolean;
  readonly json: boolean;
  readonly debug: boolean;
  /** For stdout; without colours unless it is a terminal. */
  readonly tones: Tones;
  readonly style: LineStyle;
  /** Data, to stdout. Resolves when more may be given. */
  write(text: string | Uint8Array): Promise<void>;
  /** Talk, to stderr. */
  talk(text: string): void;
  /** Ends the process at once: for a person who has asked twice. */
  endNow(code: ExitCode): never;
  /** Runs `work` over the data directory, and closes it. */
  withStore<T>(work: (store: Store) => Promise<T> | T): Promise<T>;
}

interface GlobalOptions {
  readonly dir?: string;
  readonly json?: boolean;
  readonly color: boolean;
  readonly debug?: boolean;
}

export function createContext(command: Command, endNow: Context["endNow"]): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const dir = resolve(options.dir ?? defaultDataDirectory(process.env));
  const json = options.json === true;
  const chalk = new Chalk({ level: colourLevel(options.color, json) });
  const tones = createTones(chalk, backgroundOf(process.env));
  return {
    dir,
    dirGiven: options.dir !== undefined,
    json,
    debug: options.debug === true,
    tones,
    style: { tones, path: redactPath },
    write,
    talk: (text) => void process.stderr.write(text),
    endNow,
    async withStore(work) {
      const store = openStore(dir);
      try {
        return await work(store);
      } catch (error) {
        throw isStoreError(error) ? dataDirectoryError(dir, error) : error;
      } finally {
        await store.close();
      }
    },
  };
}

/** None, the first sixteen, or 256. https://no-color.org: any value but the empty one. */
function colourLevel(wanted: boolean, json: boolean): 0 | 1 | 2 {
  const allowed = wanted && !json && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  if (!allowed || !process.stdout.isTTY) return 0;
  return supportsColor && supportsColor.level >= 2 ? 2 : 1;
}

/** However many wait for a reader that is slow, one listener waits with them. */
let draining: Promise<void> | undefined;

async function write(data: string | Uint8Array): Promise<void> {
  if (process.stdout.write(data)) return;
  draining ??= new Promise((resolve) => {
    process.stdout.once("drain", () => {
      draining = undefined;
      resolve();
    });
  });
  await draining;
}

/**
 * The text of a file that a flag names.
 *
 * @throws {AppError} E_FILE
 */
export const readNamedFile = (path: string, flag: string): string => readNamedBytes(path, flag).toString();

/**
 * The bytes of a file that a flag names.
 *
 * @throws {AppError} E_FILE
 */
export function readNamedBytes(path: string, flag: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AppError(`the file that ${flag} names cannot be read: ${path}`, {
      code: "E_FILE",
      fault: "user",
      hint: "Check the path and its permissions.",
      cause: error,
    });
  }
}
