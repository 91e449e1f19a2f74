import { jsonLine } from "../../log/json.ts";
import type { CommandDefinition } from "./_command.ts";

export const reindexCommand: CommandDefinition = {
  usage: "reindex",
  description: "ask anew whose the stored deliveries are and whether their signatures held on arrival",
  examples: ["hookspool reindex", "hookspool reindex --json"],
  define() {},
  run: (context) =>
    context.withStore(async (store) => {
      const { reindex } = await import("../../wiring/reindex.ts");
      const { examined, changed } = await reindex(context.dir, process.env, store);
      if (context.json) await context.write(jsonLine({ v: 1, type: "reindexed", examined, changed }));
      else
        context.talk(
          `Looked at ${examined} ${examined === 1 ? "delivery" : "deliveries"}; ${changed} changed.\n`,
        );
      return undefined;
    }),
};
