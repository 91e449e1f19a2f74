import type { Command } from "commander";
import type { ExitCode } from "../../core/errors.ts";
import type { Context } from "../context.ts";

/** One command: its words here, its work loaded when it runs. */
export interface CommandDefinition {
  /** Name and arguments: `show <delivery>`. */
  readonly usage: string;
  /** Another word for it. */
  readonly alias?: string;
  readonly description: string;
  /** Whole command lines for its help. */
  readonly examples: readonly [string, ...string[]];
  /** Taken where no command is named. */
  readonly isDefault?: boolean;
  /** It looks at the options of other commands. */
  readonly readsOthers?: boolean;
  /** Adds its options. */
  define(command: Command): void;
  /** Does the work; what it resolves to is the exit code, 0 if nothing. */
  run(context: Context, words: CommandWords): Promise<ExitCode | undefined>;
}

export interface CommandWords {
  readonly arguments: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly command: Command;
}
