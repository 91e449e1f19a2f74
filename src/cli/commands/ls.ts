import { isSuccess } from "../../core/attempt.ts";
import type { DeliverySummary } from "../../core/delivery.ts";
import { byteText, eventText, localTime, msText, printable } from "../../core/text.ts";
import { jsonLine, listLine } from "../../log/json.ts";
import type { LineStyle } from "../../log/lines.ts";
import { parseCount } from "../arguments.ts";
import type { Context } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly owed?: boolean;
  readonly limit?: number;
}

/** How many fit a look at a terminal; a program that reads a pipe gets all. */
const SCREENFUL = 50;

const PAGE = 1_000;

export const lsCommand: CommandDefinition = {
  usage: "ls",
  description: "list captured deliveries, newest first",
  examples: ["hookspool ls", "hookspool ls --owed", "hookspool ls --json | jq .id"],
  define(command) {
    command
      .option("--owed", "only those that no handler has answered with a 2xx yet")
      .option("--limit <n>", `at most this many (default: ${SCREENFUL} on a terminal, else all)`, parseCount);
  },
  run: (context, { options }) => list(context, options as Options),
};

async function list(context: Context, { owed, limit }: Options): Promise<undefined> {
  const most = limit ?? (process.stdout.isTTY ? SCREENFUL : Number.POSITIVE_INFINITY);
  await context.withStore(async ({ reader }) => {
    let shown = 0;
    let before: number | undefined;
    while (shown < most) {
      const page = reader.list(owed ? { owed } : {}, { limit: Math.min(PAGE, most - shown), before });
      if (page.length === 0) break;
      const lines = page.map((delivery) =>
        context.json ? jsonLine(listLine(delivery)) : row(delivery, context.style),
      );
      await context.write(lines.join(""));
      shown += page.length;
      before = page.at(-1)?.id;
    }
    if (context.json) return;
    if (shown === 0)
      context.talk(owed ? "Nothing is owed.\n" : 'No deliveries yet. "hookspool demo" makes some.\n');
    else if (shown === most && limit === undefined) context.talk(`The newest ${most}; --limit shows more.\n`);
  });
  return undefined;
}

function row(delivery: DeliverySummary, { chalk, path }: LineStyle): string {
  const { provider, event, eventName, job, method, lastStatus, lastOutcome, lastMs } = delivery;
  const good = isSuccess(lastStatus);
  const answer = delivery.refusal ?? lastStatus?.toString() ?? lastOutcome ?? "untried";
  const parts = [
    chalk.bold(`#${delivery.id}`.padStart(5)),
    chalk.dim(localTime(delivery.receivedAt)),
    good ? chalk.green(answer) : chalk.red(answer),
    lastMs === null ? null : msText(lastMs),
    `${method} ${printable(path(delivery.path))}`,
    provider,
    eventText(event, eventName),
    job && printable(job),
    byteText(delivery.bytes),
    delivery.verdict === "undecided" ? null : delivery.verdict,
    delivery.origin === "captured" ? null : delivery.origin,
    delivery.owed ? chalk.yellow("owed") : null,
    delivery.duplicateOf === null ? null : `again, first #${delivery.duplicateOf}`,
  ];
  return `${parts.filter((part) => part !== null && part !== "").join("  ")}\n`;
}
