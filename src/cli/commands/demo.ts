import type { ExitCode } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

export const demoCommand: CommandDefinition = {
  usage: "demo",
  description: "everything at once without a provider: a sample handler, an endpoint, three deliveries",
  examples: ["hookspool demo", "hookspool demo --json"],
  define() {},
  run: (context) => demo(context),
};

async function demo(_context: Context): Promise<ExitCode | undefined> {
  throw new Error("not yet");
}
