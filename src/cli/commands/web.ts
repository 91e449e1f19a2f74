import { once } from "node:events";
import { type ExitCode, exitCodes } from "../../core/errors.ts";
import { jsonLine } from "../../log/json.ts";
import { parsePort } from "../arguments.ts";
import type { Context } from "../context.ts";
import { mediaOption } from "../media-option.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly port?: number;
  readonly media: "click" | "auto";
}

export const webCommand: CommandDefinition = {
  usage: "web",
  description: "show what is stored in a browser, without listening",
  examples: ["hookspool web", "hookspool web --port 5050"],
  define(command) {
    command
      .option("--port <n>", "the loopback port (default: 4040 or the next free one)", parsePort)
      .addOption(mediaOption());
  },
  run: (context, words) => web(context, words.options as unknown as Options),
};

async function web(context: Context, { port, media }: Options): Promise<ExitCode> {
  const { openHistory } = await import("../../wiring/history.ts");
  const interrupted = Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
  await context.withStore(async (store) => {
    const history = await openHistory({ dir: context.dir, store, port: port ?? "any", media });
    try {
      const { url } = history;
      await context.write(context.json ? jsonLine({ v: 1, type: "inspector", inspector: url }) : `${url}\n`);
      context.talk("Open it in a browser; Ctrl-C ends.\n");
      await interrupted;
    } finally {
      await history.close();
    }
  });
  return exitCodes.done;
}
