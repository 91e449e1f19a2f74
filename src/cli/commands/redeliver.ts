import { type ExitCode, exitCodes } from "../../core/errors.ts";
import { resolveSelectors } from "../../core/selector.ts";
import { parseTarget } from "../../core/target.ts";
import { attemptLine, deliveryLine, jsonLine } from "../../log/json.ts";
import { arrivalText, attemptText } from "../../log/lines.ts";
import type { Store } from "../../store/store.ts";
import { openRedeliverer, type RedelivererOptions } from "../../wiring/redeliverer.ts";
import { parseDuration } from "../arguments.ts";
import { exitCodeOf, worse } from "../attempt-exit-code.ts";
import { type Context, readNamedFile } from "../context.ts";
import { interruptions } from "../interruptions.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly to?: string;
  readonly watch?: boolean;
  readonly timeout?: number;
  readonly insecure?: boolean;
  readonly cacert?: string;
}

export const redeliverCommand: CommandDefinition = {
  usage: "redeliver [deliveries...]",
  description: "hand over what no handler has answered with a 2xx yet, each job in its order",
  examples: ["hookspool redeliver", "hookspool redeliver 3..7 --to 3000", "hookspool redeliver --watch"],
  define(command) {
    command
      .option("--to <target>", "where to (default: the delivery's last target)")
      .option("--watch", "go on until Ctrl-C, with whatever is owed, as the target answers")
      .option("--timeout <duration>", "how long the handler may take (default: 30s)", parseDuration)
      .option("-k, --insecure", "take a local HTTPS target's own certificate")
      .option("--cacert <file>", "trust this certificate authority (PEM)");
  },
  run: (context, words) =>
    redeliver(context, words.arguments[0] as string[], words.options as unknown as Options),
};

async function redeliver(context: Context, names: readonly string[], options: Options): Promise<ExitCode> {
  const to = options.to === undefined ? undefined : parseTarget(options.to);
  return context.withStore(async (store) => {
    const among = names.length === 0 ? undefined : resolveSelectors(names, store.reader);
    const settled = (among ?? []).filter((id) => store.reader.delivery(id)?.owed === false);
    for (const id of settled) context.talk(`Delivery ${id} is not owed.\n`);

    const lines = answerLines(context, store);
    const redeliverer = openRedeliverer({
      store,
      to,
      among,
      timeoutMs: options.timeout,
      insecure: options.insecure ?? false,
      ca: options.cacert === undefined ? undefined : readNamedFile(options.cacert, "--cacert"),
      ...lines,
    });
    if (!options.watch) {
      const { leftToOthers } = await redeliverer.once();
      if (leftToOthers > 0)
        context.talk(
          `${leftToOthers === 1 ? "1 delivery is" : `${leftToOthers} deliveries are`} in the hands of a running process, which tries at once.\n`,
        );
      else if (!lines.any() && settled.length === 0) context.talk("Nothing is owed.\n");
      return lines.worst();
    }
    const interrupt = interruptions(context);
    redeliverer.watch(interrupt.crash);
    await interrupt.first.finally(() => redeliverer.stop(GRACE_MS));
    return exitCodes.done;
  });
}

/** How long Ctrl-C waits for what is in flight. */
const GRACE_MS = 5_000;

/** Each delivery once, and every attempt at it. */
function answerLines({ json, style, write }: Context, store: Store) {
  const told = new Set<number>();
  let worst: ExitCode = exitCodes.done;
  const lines: Pick<RedelivererOptions, "onTry" | "onAttempt"> = {
    async onTry(id) {
      const delivery = store.reader.delivery(id);
      if (!delivery || told.has(id)) return;
      told.add(id);
      await write(json ? jsonLine(deliveryLine(delivery)) : arrivalText(delivery, style));
    },
    async onAttempt(attempt) {
      worst = worse(worst, exitCodeOf(attempt));
      await write(json ? jsonLine(attemptLine(attempt)) : attemptText(attempt, style));
    },
  };
  return { ...lines, worst: () => worst, any: () => told.size > 0 };
}
