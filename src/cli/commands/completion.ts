import { Argument, type Command } from "commander";
import { type CompletionTree, completionScripts, type Shell } from "../completion-scripts.ts";
import type { CommandDefinition } from "./_command.ts";

export const completionCommand: CommandDefinition = {
  usage: "completion",
  description: "print a script that completes commands, flags and providers in a shell",
  examples: [
    "source <(hookspool completion bash)",
    "hookspool completion zsh > ~/.zfunc/_hookspool",
    "hookspool completion fish > ~/.config/fish/completions/hookspool.fish",
    "hookspool completion powershell >> $PROFILE",
  ],
  readsOthers: true,
  define(command) {
    command.addArgument(new Argument("<shell>", "whose").choices(Object.keys(completionScripts)));
  },
  async run({ write }, { arguments: [shell], command }) {
    const { providers } = await import("../../providers/_registry.ts");
    const tree = completionTree(
      command.parent as Command,
      providers.map(({ id }) => id),
    );
    await write(completionScripts[shell as Shell](tree));
    return undefined;
  },
};

function completionTree(program: Command, providers: readonly string[]): CompletionTree {
  const flags = (command: Command) => command.options.flatMap(({ long }) => (long ? [long] : []));
  const shared = [...flags(program), "--help"];
  return {
    commands: program.commands.map((command) => ({
      name: command.name(),
      about: command.description(),
      flags: [...new Set([...flags(command), ...shared])],
      words: command.registeredArguments.some((argument) => /provider|^id$/.test(argument.name()))
        ? providers
        : command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
      choices: command.options.flatMap(({ long, argChoices }) => {
        const words = argChoices ?? (long === "--provider" ? providers : undefined);
        return long && words ? [{ flag: long, words }] : [];
      }),
    })),
    flags: shared,
  };
}
