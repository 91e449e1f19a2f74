import { AppError } from "../../core/errors.ts";
import { jsonLine } from "../../log/json.ts";
import { parseCount, parseDuration } from "../arguments.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly olderThan?: number;
  readonly keep?: number;
  readonly force?: boolean;
}

export const pruneCommand: CommandDefinition = {
  usage: "prune",
  description: "forget old deliveries and give their space back; owed ones stay",
  examples: [
    "hookspool prune --older-than 7d",
    "hookspool prune --keep 1000",
    "hookspool prune --older-than 30d --force",
  ],
  define(command) {
    command
      .option("--older-than <duration>", "those that arrived longer ago than this", parseDuration)
      .option("--keep <n>", "all but the newest n", parseCount)
      .option("--force", "owed deliveries too");
  },
  async run(context, { options }) {
    const { olderThan, keep, force = false } = options as Options;
    if (olderThan === undefined && keep === undefined)
      throw new AppError("prune was not told what may go", {
        code: "E_USAGE",
        fault: "user",
        hint: "Give --older-than 7d, --keep 1000, or both.",
      });
    return context.withStore(async (store) => {
      const before = olderThan === undefined ? undefined : Date.now() - olderThan;
      const count = store.prune({ before, keep, force });
      if (count > 0) store.compact();
      if (context.json) await context.write(jsonLine({ v: 1, type: "removed", count }));
      else context.talk(`Forgot ${count === 1 ? "1 delivery" : `${count} deliveries`}.\n`);
      return undefined;
    });
  },
};
