import { isSuccess } from "../../core/attempt.ts";
import { everything, folded } from "../../core/condition.ts";
import type { DeliverySummary } from "../../core/delivery.ts";
import { AppError } from "../../core/errors.ts";
import type { DeliveryFilter, FoundDeliveries } from "../../core/ports.ts";
import { byteText, eventText, localTime, msText, printable } from "../../core/text.ts";
import { filterExamples, parseFilter } from "../../inspect/filter.ts";
import { jsonLine, listLine } from "../../log/json.ts";
import type { LineStyle } from "../../log/lines.ts";
import { parseCount } from "../arguments.ts";
import type { Context } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly owed?: boolean;
  readonly limit?: number;
  readonly before?: number;
  readonly filter?: string;
  readonly provider?: string;
  readonly event?: string;
  readonly job?: string;
  readonly status?: string;
  readonly verdict?: string;
  readonly since?: string;
  readonly until?: string;
  readonly path?: string;
  readonly search?: string;
}

/** How many fit a look at a terminal; a program that reads a pipe gets all. */
const SCREENFUL = 50;

const PAGE = 1_000;

/** What was found by then is shown, and how far it has come. */
const SHOW_EVERY_MS = 25;

/** Flags that ask what a key of the filter language asks. */
const keyOf = {
  provider: "provider",
  event: "event",
  status: "status",
  verdict: "sig",
  since: "since",
  until: "until",
} as const;

export const lsCommand: CommandDefinition = {
  usage: "ls [filter...]",
  description: "list captured deliveries, newest first",
  examples: [
    "hookspool ls",
    "hookspool ls --owed",
    "hookspool ls --provider fal --status 5xx,none --since 2h",
    "hookspool ls --search 'fat cat' --json | jq .id",
    "hookspool ls is:failure since:7d",
    "hookspool ls --filter '-event:processing'",
    "hookspool ls --before 1200 --limit 100",
  ],
  define(command) {
    command
      .option("--provider <id>", "only this provider's, or of several: fal,replicate")
      .option("--event <name>", "completed, failed, processing, or what the provider calls it")
      .option("--job <id>", "only what speaks of this job")
      .option("--status <status>", "the last answer: 200, 5xx, none, refused, timed-out")
      .option("--verdict <verdict>", "verified, rejected, undecided, or why: mismatch, stale")
      .option("--since <time>", "what came in the last 10m, 2h, 7d, or since 2026-11-21T10:00")
      .option("--until <time>", "what came before that")
      .option("--path <prefix>", "only what came to a path that begins so")
      .option("--owed", "only those that no handler has answered with a 2xx yet")
      .option("--search <words>", "full text of bodies, headers, paths and jobs: all words; cat* begins so")
      .option("--filter <filter>", `what the terminal UI's / takes: ${filterExamples.join(" ")}`)
      .option("--before <id>", "only older ones: how to go on", parseCount)
      .option("--limit <n>", `at most this many (default: ${SCREENFUL} on a terminal, else all)`, parseCount);
  },
  run: (context, words) => {
    const [terms = []] = words.arguments as [string[]?];
    const options = words.options as Options;
    const filter = [...terms, options.filter ?? ""].join(" ").trim();
    return list(context, filter === "" ? options : { ...options, filter });
  },
};

async function list(context: Context, options: Options): Promise<undefined> {
  const { limit } = options;
  const filter = filterOf(options, Date.now());
  const most = limit ?? (process.stdout.isTTY ? SCREENFUL : Number.POSITIVE_INFINITY);
  const progress = progressLine(context);
  await context.withStore(async ({ reader }) => {
    let shown = 0;
    let before: number | null = options.before ?? Number.MAX_SAFE_INTEGER;
    while (shown < most && before !== null) {
      const page: FoundDeliveries = reader.search(filter, {
        limit: Math.min(PAGE, most - shown),
        before,
        withinMs: SHOW_EVERY_MS,
      });
      const lines = page.deliveries.map((delivery) =>
        context.json ? jsonLine(listLine(delivery)) : row(delivery, context.style),
      );
      progress.clear();
      await context.write(lines.join(""));
      shown += page.deliveries.length;
      before = page.next;
      if (shown < most && before !== null) progress.show(before);
    }
    progress.clear();
    if (context.json) return;
    if (shown === 0) context.talk(nothing(options));
    else if (shown === most && before !== null && limit === undefined)
      context.talk(`The newest ${most}; --limit shows more, --before ${before} goes on.\n`);
  });
  return undefined;
}

/**
 * @throws {AppError} E_FILTER
 */
function filterOf(options: Options, now: number): DeliveryFilter {
  const terms = Object.entries(keyOf).flatMap(([flag, key]) => {
    const value = options[flag as keyof typeof keyOf];
    return value === undefined ? [] : [{ flag: `--${flag}`, source: `${key}:"${value}"` }];
  });
  if (options.filter !== undefined) terms.push({ flag: "the filter", source: options.filter });
  const asked = terms.map(({ flag, source }) => {
    const filter = parseFilter(source, now);
    if (!("problem" in filter)) return filter.asks;
    throw new AppError(`${flag} cannot be read: ${filter.problem}`, {
      code: "E_FILTER",
      fault: "user",
      hint: `It looks like ${filterExamples.join(" ")}`,
    });
  });
  const conditions = asked.flatMap(({ where }) => where ?? []);
  if (options.path !== undefined)
    conditions.push({ is: "text", field: "path", how: "begins", text: folded(options.path) });
  return {
    ...(options.owed ? { owed: true } : {}),
    ...(options.job === undefined ? {} : { job: options.job }),
    where: conditions.length === 0 ? everything : { is: "all", of: conditions },
    words: [...asked.flatMap(({ words = [] }) => words), ...searchWords(options.search ?? "")],
  };
}

/** `fat cat` is two words, `"fat cat"` two that stand together. */
function searchWords(text: string): string[] {
  return (text.match(/"[^"]*"?\*?|[^\s"]+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

/** How far down it has looked: for a person who waits. */
function progressLine({ json, talk }: Context) {
  const isSeen = process.stderr.isTTY && !json;
  let stands = false;
  return {
    show(id: number) {
      if (!isSeen) return;
      talk(`\r\x1b[K… #${id}`);
      stands = true;
    },
    clear() {
      if (stands) talk("\r\x1b[K");
      stands = false;
    },
  };
}

function nothing({ limit, before, owed, ...asked }: Options): string {
  if (Object.keys(asked).length > 0 || before !== undefined) return "Nothing like that has arrived.\n";
  return owed ? "Nothing is owed.\n" : 'No deliveries yet. "hookspool demo" makes some.\n';
}

function row(delivery: DeliverySummary, { tones, path }: LineStyle): string {
  const { provider, event, eventName, job, method, lastStatus, lastOutcome, lastMs } = delivery;
  const good = isSuccess(lastStatus);
  const answer = delivery.refusal ?? lastStatus?.toString() ?? lastOutcome ?? "untried";
  const parts = [
    tones.strong(`#${delivery.id}`.padStart(5)),
    tones.dim(localTime(delivery.receivedAt)),
    good ? tones.good(answer) : tones.bad(answer),
    lastMs === null ? null : msText(lastMs),
    `${method} ${printable(path(delivery.path))}`,
    provider,
    eventText(event, eventName),
    job && printable(job),
    byteText(delivery.bytes),
    delivery.verdict === "undecided" ? null : delivery.verdict,
    delivery.origin === "captured" ? null : delivery.origin,
    delivery.owed ? tones.warn("owed") : null,
    delivery.duplicateOf === null ? null : `again, first #${delivery.duplicateOf}`,
  ];
  return `${parts.filter((part) => part !== null && part !== "").join("  ")}\n`;
}
