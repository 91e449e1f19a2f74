import type { ExitCode } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

export const doctorCommand: CommandDefinition = {
  usage: "doctor",
  description:
    "what works here: Node, the data directory, tunnels, the terminal, settings and where each comes from",
  examples: ["hookspool doctor", "hookspool doctor --json"],
  define() {},
  run: (context) => doctor(context),
};

async function doctor(_context: Context): Promise<ExitCode | undefined> {
  throw new Error("not yet");
}
