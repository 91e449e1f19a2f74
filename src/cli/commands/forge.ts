import { InvalidArgumentError, Option } from "commander";
import { scenarios } from "../../inspect/scenario-names.ts";
import { collect, parseCount, parseDuration, parsePort } from "../arguments.ts";
import type { ForgeFlags } from "../run-forge.ts";
import type { CommandDefinition } from "./_command.ts";

export const forgeCommand: CommandDefinition = {
  usage: "forge <provider> [event]",
  alias: "trigger",
  description: "make a delivery as this provider sends it, signed as it signs, and send it to the target",
  examples: [
    "hookspool forge wavespeed completed --to 3000",
    "hookspool forge wazza job.completed --set output.duration=30",
    "hookspool forge get3w failed --retries --time-scale 10",
    "hookspool forge runware --scenario batch --count 3",
    "hookspool forge replicate completed --stale",
    "hookspool forge fal --list",
  ],
  define(command) {
    command
      .option("--to <target>", "where to (default: the last target of listen)")
      .option("--set <path=value>", "change the payload before it is signed (repeatable)", collect)
      .option("--data <json>", "send this instead: JSON, @file, or - for stdin")
      .addOption(
        new Option("--scenario <name>", "play several deliveries of one job").choices(Object.keys(scenarios)),
      )
      .option("--retries", "try again as the provider does, until the handler's answer satisfies it")
      .option("--time-scale <n>", "let delays pass n times faster", parseFactor, 1)
      .addOption(flaw("--unsigned", "leave the signature out"))
      .addOption(flaw("--bad-signature", "sign with a stranger's secret"))
      .addOption(flaw("--stale", "sign as of too long ago"))
      .option("--count <n>", "how many jobs, or results of a batch", parseCount)
      .option("--list", "list the provider's events and scenarios, send nothing")
      .option(
        "--timeout <duration>",
        "how long the handler may take (default: the provider's limit)",
        parseDuration,
      )
      .option(
        "--keep-serving <duration>",
        "how long outputs stay there after the last answer (default: 500ms)",
        parseDuration,
      )
      .addOption(
        new Option("--media-port <n>", "the loopback port of outputs and keys")
          .argParser(parsePort)
          .default(0, "a free one"),
      )
      .option("-k, --insecure", "take a local HTTPS target's own certificate")
      .option("--cacert <file>", "trust this certificate authority (PEM)");
  },
  async run(context, words) {
    const [provider, event] = words.arguments as [string, string | undefined];
    const flags = words.options as unknown as ForgeFlags;
    const { forge, list } = await import("../run-forge.ts");
    return flags.list ? list(context, provider) : forge(context, { provider, event, flags });
  },
};

function flaw(flag: string, description: string): Option {
  const others = ["unsigned", "badSignature", "stale"].filter(
    (name) => name !== new Option(flag).attributeName(),
  );
  return new Option(flag, description).conflicts(others);
}

function parseFactor(text: string): number {
  const factor = Number(text);
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new InvalidArgumentError("It must be a number above 0.");
  return factor;
}
