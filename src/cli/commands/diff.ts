import { type ExitCode, exitCodes } from "../../core/errors.ts";
import type { DeliveryReader } from "../../core/ports.ts";
import { resolveSelector } from "../../core/selector.ts";
import { printable } from "../../core/text.ts";
import { type DiffRow, type DiffSide, diffDeliveries } from "../../inspect/diff.ts";
import { jsonLine } from "../../log/json.ts";
import type { Context } from "../context.ts";
import { forgottenMeanwhile } from "../forgotten-meanwhile.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly all?: boolean;
  readonly reveal?: boolean;
}

/** Larger bodies are compared by their digests. */
const READ_BODY_BYTES = 1024 * 1024;

export const diffCommand: CommandDefinition = {
  usage: "diff <a> <b>",
  description: "compare two deliveries, part by part; exit code 1 where they differ",
  examples: ["hookspool diff 12 14", "hookspool diff latest~1 latest --all", "hookspool diff 3 4 --json"],
  define(command) {
    command
      .option("--all", "show what is the same, too")
      .option("--reveal", "show signatures, tokens and cookies unmasked");
  },
  run: (context, words) => diff(context, words.arguments as string[], words.options as Options),
};

async function diff(context: Context, names: readonly string[], { all, reveal }: Options): Promise<ExitCode> {
  return context.withStore(async ({ reader }) => {
    const [left, right] = names.map((name) => readSide(reader, resolveSelector(name, reader)));
    if (!left || !right) return exitCodes.usage;
    const { request, headers, body } = diffDeliveries(left, right, { reveals: reveal ?? false });
    const parts = { request, headers, body: body.rows };
    const isSame = Object.values(parts).every((rows) => rows.every((row) => row.isSame));
    const ids = [left.delivery.id, right.delivery.id];
    if (context.json)
      await context.write(
        jsonLine({ v: 1, type: "diff", deliveries: ids, isSame, bodyBy: body.by, ...parts }),
      );
    else if (isSame && !all) context.talk(`#${ids.join(" and #")} do not differ.\n`);
    else
      for (const [name, rows] of Object.entries(parts))
        await context.write(section(name, rows, context, all));
    return isSame ? exitCodes.done : exitCodes.answerIsNo;
  });
}

function readSide(reader: DeliveryReader, id: number): DiffSide {
  const delivery = reader.delivery(id);
  const body = reader.body(id);
  if (!delivery || !body) throw forgottenMeanwhile(id);
  return { delivery, body: body.size <= READ_BODY_BYTES ? body.bytes() : undefined };
}

function section(name: string, rows: readonly DiffRow[], { tones }: Context, all = false): string {
  const shown = rows.filter((row) => all || !row.isSame);
  if (shown.length === 0) return "";
  const lines = shown.flatMap(({ at, left, right, isSame }) => {
    const place = tones.strong(printable(at));
    if (isSame) return [`  ${place}  ${tones.dim(printable(left ?? ""))}`];
    return [
      ...(left === null ? [] : [tones.bad(`- ${printable(at)}  ${printable(left)}`)]),
      ...(right === null ? [] : [tones.good(`+ ${printable(at)}  ${printable(right)}`)]),
    ];
  });
  return `${tones.underlined(name)}\n${lines.join("\n")}\n`;
}
