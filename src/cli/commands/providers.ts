import type { CommandDefinition } from "./_command.ts";

export const providersCommand: CommandDefinition = {
  usage: "providers [id]",
  description: "the catalogue: schemes, events, retries, limits, where the URL goes",
  examples: [
    "hookspool providers",
    "hookspool providers wavespeed",
    "hookspool providers --json | jq -r 'select(.schemes[].secretKind == \"jwks\").id'",
  ],
  define() {},
  async run(context, words) {
    const { showProviders } = await import("../provider-pages.ts");
    return showProviders(context, words.arguments[0] as string | undefined);
  },
};
