import { Command, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import type { ExitCode } from "../core/errors.ts";
import type { CommandDefinition } from "./commands/_command.ts";
import { commands } from "./commands/_registry.ts";
import { applyConfigFiles, readConfigFiles } from "./config.ts";
import { createContext } from "./context.ts";

interface ProgramEnds {
  /** Takes a command's exit code; `undefined` for 0. */
  readonly finish: (code: ExitCode | undefined) => void;
  readonly endNow: (code: ExitCode) => never;
}

/**
 * The program with all its commands, for parsing these words. Words that name no command are a target for
 * `listen`. Only commands that are named get their options: all of them would take a tenth of Node's own start.
 */
export function createProgram(words: readonly string[], ends: ProgramEnds): Command {
  const program = new Command("hookspool")
    .description(
      "Webhooks of AI generation providers on localhost: kept on disk first, forwarded, shown, replayed.",
    )
    .usage("[command] [options]")
    .addOption(new Option("--dir <path>", "the data directory").env("HOOKSPOOL_DIR"))
    .option("--json", "JSON lines on stdout")
    .option("--no-color", "no colours (NO_COLOR does the same)")
    .option("--debug", "show the stack of an error")
    .version(manifest.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .addHelpText("after", examples)
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
    // Errors are rendered in one place, main.ts.
    .configureOutput({ writeErr: () => {} })
    .exitOverride();

  const named = all.filter((definition) => isNamed(definition, words));
  const needsAll = named.some(({ readsOthers }) => readsOthers);
  for (const definition of all) {
    const command = add(program, definition, ends);
    if (needsAll || named.includes(definition)) definition.define(command);
  }
  return program;
}

/** Wherever it stands: a word that is no command's name does no harm here. */
function isNamed({ usage, alias, isDefault }: CommandDefinition, words: readonly string[]): boolean {
  const [name] = usage.split(" ", 1);
  return isDefault === true || words.some((word) => word === name || word === alias);
}

function add(program: Command, definition: CommandDefinition, { finish, endNow }: ProgramEnds): Command {
  const command = program
    .command(definition.usage, { isDefault: definition.isDefault === true })
    .description(definition.description)
    .addHelpText(
      "after",
      `\nExamples:\n${definition.examples.map((example) => `  $ ${example}`).join("\n")}\n`,
    )
    .showSuggestionAfterError(true);
  if (definition.alias !== undefined) command.alias(definition.alias);
  return command.action(async (...args: unknown[]) => {
    const files = readConfigFiles();
    if (files.length > 0) applyConfigFiles(command, files, settingNames(program));
    // Commander ends the arguments with the options and the command itself.
    const positional = args.slice(0, -2);
    finish(
      await definition.run(createContext(command, endNow), {
        arguments: positional,
        options: command.opts(),
        command,
      }),
    );
  });
}

/** Every name that a config file may use. */
function settingNames(program: Command): ReadonlySet<string> {
  const defined = all.map((definition) => {
    const command = new Command();
    definition.define(command);
    return command;
  });
  const options = [program, ...defined].flatMap((command) => command.options);
  return new Set(options.map((option) => option.attributeName()));
}

const all: readonly CommandDefinition[] = commands;

const examples = `
Examples:
  $ hookspool 3000                     a public endpoint for localhost:3000
  $ hookspool ls                       what has arrived
  $ hookspool replay latest            the same bytes once more
  $ hookspool demo                     see it work, without a provider
`;
