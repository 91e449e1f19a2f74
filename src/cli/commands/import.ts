import { buffer } from "node:stream/consumers";
import { deliveryLine, jsonLine } from "../../log/json.ts";
import { arrivalText } from "../../log/lines.ts";
import { type Context, readNamedBytes } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly provider?: string;
}

export const importCommand: CommandDefinition = {
  usage: "import <file>",
  description: "keep the requests of a file as deliveries: what export wrote, or a browser's HAR",
  examples: [
    "hookspool import deliveries.jsonl",
    "hookspool import session.har --provider fal",
    "hookspool export latest --reveal | hookspool import - --dir elsewhere",
  ],
  define(command) {
    command.option("--provider <id>", "take every request as this provider's (default: told apart)");
  },
  run: (context, words) => importFile(context, words.arguments[0] as string, words.options as Options),
};

async function importFile(context: Context, file: string, { provider }: Options): Promise<undefined> {
  const { importDocument } = await import("../../wiring/importer.ts");
  const document = file === "-" ? await buffer(process.stdin) : readNamedBytes(file, "<file>");
  let count = 0;
  await context.withStore(async (store) => {
    const options = { dir: context.dir, environment: process.env, store, provider, now: Date.now };
    for await (const delivery of importDocument(document, options)) {
      count += 1;
      await context.write(
        context.json ? jsonLine(deliveryLine(delivery)) : arrivalText(delivery, context.style),
      );
    }
  });
  if (count === 0) context.talk("There is no request in this file.\n");
  return undefined;
}
