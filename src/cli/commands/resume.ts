import { exitCodes } from "../../core/errors.ts";
import { jsonLine } from "../../log/json.ts";
import { isServed } from "../../wiring/capture-presence.ts";
import { readHold, resume } from "../../wiring/hold-state.ts";
import { dirFlag } from "../dir-flag.ts";
import { holdLine, namedOrCurrent } from "../holding.ts";
import type { CommandDefinition } from "./_command.ts";

export const resumeCommand: CommandDefinition = {
  usage: "resume",
  description: "hand over what was held, each job in its order, and forward again",
  examples: ["hookspool resume", "hookspool resume --to http://localhost:3000/api/webhooks"],
  define(command) {
    command.option("--to <target>", "forwarding to where (default: the last target of listen)");
  },
  run: (context, { options }) =>
    context.withStore(async (store) => {
      const { base } = namedOrCurrent(options.to as string | undefined, store);
      if (readHold(store, base).state !== "held") context.talk(`Nothing was held for ${base}.\n`);
      resume(store, base);
      const { line, deliveries } = holdLine(store, base);
      await context.write(
        context.json ? jsonLine(line) : `Forwarding  ${base}  first what waited: ${deliveries}.\n`,
      );
      if (line.waiting > 0 && !isServed(store, base))
        context.talk(
          `Nothing listens for it now: the next listen hands it over, or at once: hookspool redeliver${dirFlag(context)}\n`,
        );
      return exitCodes.done;
    }),
};
