import { AppError } from "../../core/errors.ts";
import type { CommandDefinition } from "./_command.ts";

export const secretCommand: CommandDefinition = {
  usage: "secret <action> [provider]",
  description: "signing secrets: set, ls, rm. They are typed unseen or piped in, never part of a command",
  examples: [
    "hookspool secret set wavespeed",
    "pass show wavespeed | hookspool secret set wavespeed",
    "hookspool secret set fal < jwks.json",
    "hookspool secret ls",
    "hookspool secret rm wavespeed",
  ],
  define(command) {
    // A secret after the provider's name has to be refused without being repeated.
    command.allowExcessArguments();
  },
  async run(context, words) {
    const [action, provider] = words.arguments as [string, string | undefined];
    const actions = await import("../secret-actions.ts");
    if (words.command.args.length > (action === "ls" ? 1 : 2)) throw secretInArguments();
    switch (action) {
      case "set":
        return actions.setSecret(context, named(provider));
      case "ls":
        return actions.listSecrets(context);
      case "rm":
        return actions.removeSecret(context, named(provider));
      default:
        throw usageError("secret takes set, ls or rm", "hookspool secret set <provider>");
    }
  },
};

/** What does not look like an id may be a secret, which an error message must not repeat. */
function named(id: string | undefined): string {
  if (id === undefined) throw usageError("no provider is named", "hookspool secret set <provider>");
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(id)) throw secretInArguments();
  return id;
}

function secretInArguments(): AppError {
  return usageError(
    "a secret is not taken from the command line, where other processes and the shell's history can read it",
    "hookspool secret set <provider>, and paste it at the prompt, or pipe it in",
  );
}

function usageError(message: string, run: string): AppError {
  return new AppError(message, { code: "E_USAGE", fault: "user", hint: `Run: ${run}.` });
}
