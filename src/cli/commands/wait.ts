import { setTimeout as pause } from "node:timers/promises";
import { succeeded } from "../../core/attempt.ts";
import type { DeliverySummary } from "../../core/delivery.ts";
import { AppError, type ExitCode, exitCodes } from "../../core/errors.ts";
import type { DeliveryReader } from "../../core/ports.ts";
import { resolveSelector } from "../../core/selector.ts";
import { printable } from "../../core/text.ts";
import { type Filter, parseFilter } from "../../inspect/filter.ts";
import { jsonLine, listLine } from "../../log/json.ts";
import { arrivalText } from "../../log/lines.ts";
import { parseCount, parseDuration } from "../arguments.ts";
import type { Context } from "../context.ts";
import { interruptions } from "../interruptions.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly timeout: number;
  readonly after?: string;
  readonly count: number;
  readonly answered?: boolean;
}

export const waitCommand: CommandDefinition = {
  usage: "wait [filter...]",
  description: "block until a delivery that matches arrives; exit code 4 where none does in time",
  examples: [
    "hookspool wait",
    "hookspool wait provider:fal event:completed --timeout 5m",
    "hookspool wait job:task_1 --after 12 --answered",
    "hookspool wait event:failed --json | jq .id",
  ],
  define(command) {
    command
      .option("--timeout <duration>", "how long at most", parseDuration, 60_000)
      .option(
        "--after <delivery>",
        "what came after this one counts, too (default: only what is yet to come)",
      )
      .option("--count <n>", "until so many have come", parseCount, 1)
      .option("--answered", "until a handler has answered; exit code 1 where that is not a 2xx")
      .addHelpText(
        "after",
        "\nThe filter is the terminal UI's: provider: event: job: status: sig: path: is: search: and words.\n",
      );
  },
  run: (context, words) =>
    waitFor(context, words.arguments[0] as string[], words.options as unknown as Options),
};

/** Another process writes; it is looked for this often. */
const LOOK_EVERY_MS = 50;

async function waitFor(context: Context, words: readonly string[], options: Options): Promise<ExitCode> {
  const filter = readFilter(words.join(" "));
  const { first: interrupted } = interruptions(context);
  const deadline = performance.now() + options.timeout;
  return context.withStore(async ({ reader }) => {
    const start = options.after === undefined ? (reader.nth(0) ?? 0) : resolveSelector(options.after, reader);
    const seek = createSeeker(reader, filter, { start, answered: options.answered ?? false });
    let worst: ExitCode = exitCodes.done;
    context.talk(`Waiting for ${filter.source === "" ? "a delivery" : printable(filter.source)} …\n`);
    for (let left = options.count; ; ) {
      for (const delivery of seek()) {
        await context.write(
          context.json ? jsonLine(listLine(delivery)) : arrivalText(delivery, context.style),
        );
        if (options.answered && !handled(delivery)) worst = exitCodes.answerIsNo;
        left -= 1;
        if (left === 0) return worst;
      }
      if (performance.now() >= deadline) throw nothingCame(options, left);
      const stopped = await Promise.race([interrupted, pause(LOOK_EVERY_MS)]);
      if (stopped === "stop") return exitCodes.interrupted;
    }
  });
}

/** Finds each delivery that matches once, when it does: what has no answer yet may match later. */
function createSeeker(
  reader: DeliveryReader,
  filter: Filter,
  { start, answered }: { readonly start: number; readonly answered: boolean },
): () => Generator<DeliverySummary> {
  /** For full text, only the store knows enough. */
  const matches = (delivery: DeliverySummary) =>
    filter.matches(delivery) && (filter.asks.words?.length ? isInStore(delivery) : true);
  const isInStore = ({ id }: DeliverySummary) =>
    reader.search(filter.asks, { limit: 1, from: id, before: id + 1 }).deliveries.length > 0;
  const found = new Set<number>();
  /** Everything up to here has been found, or will not change its mind. */
  let settled = start;
  return function* look() {
    let isSettled = true;
    for (let last = settled; ; ) {
      const page = reader.deliveriesAfter(last, PAGE);
      for (const delivery of page) {
        const isOpen = delivery.lastOutcome === null && delivery.refusal === null;
        const isFound = found.has(delivery.id);
        if (!isFound && matches(delivery) && !(answered && isOpen)) {
          found.add(delivery.id);
          yield delivery;
        } else if (!isFound && isOpen) isSettled = false;
        if (isSettled) {
          settled = delivery.id;
          found.delete(delivery.id);
        }
      }
      if (page.length < PAGE) return;
      last = page.at(-1)?.id ?? last;
    }
  };
}

const PAGE = 500;

const handled = ({ lastOutcome: outcome, lastStatus: status, refusal }: DeliverySummary) =>
  refusal === null && outcome !== null && succeeded({ outcome, status });

function readFilter(source: string): Filter {
  const filter = parseFilter(source, Date.now());
  if (!("problem" in filter)) return filter;
  throw new AppError(`the filter cannot be read: ${filter.problem}`, {
    code: "E_FILTER",
    fault: "user",
    hint: "For example: hookspool wait provider:fal event:completed",
  });
}

function nothingCame({ timeout, count }: Options, left: number): AppError {
  const seconds = timeout / 1_000;
  const what = count === 1 ? "no such delivery came" : `${count - left} of ${count} such deliveries came`;
  return new AppError(`${what} within ${seconds} s`, {
    code: "E_TIMED_OUT",
    fault: "user",
    exitCode: exitCodes.timedOut,
    hint: 'Wait longer with --timeout, or look at what has come with "hookspool ls".',
  });
}
