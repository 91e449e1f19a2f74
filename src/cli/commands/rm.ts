import { resolveSelectors } from "../../core/selector.ts";
import { jsonLine } from "../../log/json.ts";
import type { CommandDefinition } from "./_command.ts";

export const rmCommand: CommandDefinition = {
  usage: "rm <deliveries...>",
  description: "forget deliveries: the row, the body, the attempts",
  examples: ["hookspool rm 12", "hookspool rm 3..7,9"],
  define() {},
  run: (context, words) =>
    context.withStore(async (store) => {
      const count = store.forget(resolveSelectors(words.arguments[0] as string[], store.reader));
      if (context.json) await context.write(jsonLine({ v: 1, type: "removed", count }));
      else context.talk(`Forgot ${count === 1 ? "1 delivery" : `${count} deliveries`}.\n`);
      return undefined;
    }),
};
