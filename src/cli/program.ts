import { Command, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import type { ExitCode } from "../core/errors.ts";
import type { CommandDefinition } from "./commands/_command.ts";
import { commands } from "./commands/_registry.ts";
import { applyConfigFiles, readConfigFiles } from "./config.ts";
import { createContext } from "./context.ts";

/**
 * The program with the commands that these words may need: only what is used is loaded. Bare words that name no
 * command are a target for `listen`.
 */
export async function createProgram(
  words: readonly string[],
  finish: (code: ExitCode | undefined) => void,
): Promise<Command> {
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
    .configureHelp({ showGlobalOptions: true })
    // Errors are rendered in one place, main.ts.
    .configureOutput({ writeErr: () => {} })
    .exitOverride();

  for (const definition of await definitionsFor(words)) add(program, definition, finish);
  return program;
}

async function definitionsFor(words: readonly string[]): Promise<CommandDefinition[]> {
  const names = Object.keys(commands) as (keyof typeof commands)[];
  const word = words.find((candidate) => !candidate.startsWith("-"));
  const named = names.filter((name) => name === word);
  // A command named first is all that is needed. With flags before it, one cannot know without parsing.
  const needed = word === words[0] && named.length > 0 ? named : names;
  return Promise.all(needed.map((name) => commands[name]()));
}

function add(
  program: Command,
  definition: CommandDefinition,
  finish: (code: ExitCode | undefined) => void,
): void {
  const command = program
    .command(definition.usage, { isDefault: definition.isDefault === true })
    .description(definition.description)
    .addHelpText(
      "after",
      `\nExamples:\n${definition.examples.map((example) => `  $ ${example}`).join("\n")}\n`,
    )
    .showSuggestionAfterError(true);
  definition.define(command);
  command.action(async (...args: unknown[]) => {
    const files = readConfigFiles();
    if (files.length > 0) applyConfigFiles(command, files, await knownSettings(program));
    // Commander ends the arguments with the options and the command itself.
    const positional = args.slice(0, -2);
    finish(
      await definition.run(createContext(command), {
        arguments: positional,
        options: command.opts(),
        command,
      }),
    );
  });
}

async function knownSettings(program: Command): Promise<ReadonlySet<string>> {
  const all = new Command();
  for (const load of Object.values(commands)) {
    const definition = await load();
    definition.define(all.command(definition.usage));
  }
  const options = [...program.options, ...all.commands.flatMap((command) => command.options)];
  return new Set(options.map((option) => option.attributeName()));
}

const examples = `
Examples:
  $ hookspool 3000                     a public endpoint for localhost:3000
  $ hookspool ls                       what has arrived
  $ hookspool replay latest            the same bytes once more
  $ hookspool demo                     see it work, without a provider
`;
