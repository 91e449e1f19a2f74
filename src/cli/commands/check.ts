import { parseDuration } from "../arguments.ts";
import type { CheckFlags } from "../run-check.ts";
import type { CommandDefinition } from "./_command.ts";

export const checkCommand: CommandDefinition = {
  usage: "check <provider> <target>",
  description: "a conformance report of your handler: good, spoiled and odd deliveries, and what it answers",
  examples: [
    "hookspool check wavespeed http://localhost:3000/webhooks/wavespeed",
    'hookspool check runware "localhost:3000/hooks?token=my-secret"',
    "hookspool check wazza 3000 --scheme wazza-body --junit hooks.xml",
  ],
  define(command) {
    command
      .option("--scheme <name>", "which of the provider's ways to sign (default: its first)")
      .option(
        "--timeout <duration>",
        "how long an answer may take (default: the provider's limit, at most 30s)",
        parseDuration,
      )
      .option("--junit <file>", "write the results as JUnit XML too")
      .option("-k, --insecure", "take a local HTTPS target's own certificate")
      .option("--cacert <file>", "trust this certificate authority (PEM)")
      .addHelpText("after", about);
  },
  async run(context, { arguments: [provider, target], options }) {
    const { runCheck } = await import("../run-check.ts");
    return runCheck(context, provider as string, target as string, options as CheckFlags);
  },
};

const about = `Some forty made-up deliveries go to the handler, one after the other. It will see
jobs that never were, so let it be one under development. Nothing is kept in the
history. The secret is that of HOOKSPOOL_SECRET_<PROVIDER>, or the one kept with
"hookspool secret set". Warnings alone are exit code 0.
`;
