import { InvalidArgumentError } from "commander";
import type { VerifyOptions } from "../verification.ts";
import type { CommandDefinition } from "./_command.ts";

export const verifyCommand: CommandDefinition = {
  usage: "verify [delivery]",
  description: "check a signature and explain the verdict",
  examples: [
    "hookspool verify latest",
    "hookspool verify --file request.http --provider wavespeed",
    "hookspool show 12 --json | hookspool verify -",
    "hookspool verify 12 --at 2026-11-21T10:00:00Z",
  ],
  define(command) {
    command
      .option(
        "--file <file>",
        "an HTTP message (headers, empty line, body), or what show --json prints; - is stdin",
      )
      .option("--provider <id>", "take it as this provider's (default: told apart)")
      .option("--scheme <name>", "check it by this scheme alone")
      .option("--at <time>", "judge its age as of then: ISO 8601 or Unix seconds", parseTime)
      .addHelpText(
        "after",
        "\nThe age of a stored delivery is judged as of its arrival, that of a file as of now.\nExit code 0: verified. 1: rejected, or undecided.\n",
      );
  },
  async run(context, words) {
    const { verify } = await import("../verification.ts");
    return verify(context, words.arguments[0] as string | undefined, words.options as VerifyOptions);
  },
};

/** In ms since the epoch. */
function parseTime(text: string): number {
  const number = Number(text);
  // Unix time in seconds has ten digits until the year 2286, in milliseconds thirteen.
  const ms = /^\d+$/.test(text) ? (text.length > 11 ? number : number * 1_000) : Date.parse(text);
  if (Math.abs(ms) <= 8.64e15) return ms;
  throw new InvalidArgumentError("A time looks like 2026-11-21T10:00:00Z or 1790000000.");
}
