import { exitCodes } from "../../core/errors.ts";
import { jsonLine } from "../../log/json.ts";
import { isServed } from "../../wiring/capture-presence.ts";
import { hold } from "../../wiring/hold-state.ts";
import { holdLine, namedOrCurrent } from "../holding.ts";
import type { CommandDefinition } from "./_command.ts";

export const holdCommand: CommandDefinition = {
  usage: "hold",
  description:
    "from now on, acknowledge and keep what comes, and forward it after resume; also across restarts",
  examples: ["hookspool hold", "hookspool hold --to http://localhost:3000/api/webhooks"],
  define(command) {
    command.option("--to <target>", "forwarding to where (default: the last target of listen)");
  },
  run: (context, { options }) =>
    context.withStore(async (store) => {
      const { base } = namedOrCurrent(options.to as string | undefined, store);
      hold(store, base);
      const { line, deliveries } = holdLine(store, base);
      const when = isServed(store, base) ? "What comes now" : "What the next listen captures";
      await context.write(
        context.json
          ? jsonLine(line)
          : `Held  ${base}  ${when} is kept and acknowledged, and waits: ${deliveries} so far.\n`,
      );
      return exitCodes.done;
    }),
};
