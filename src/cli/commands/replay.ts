import type { AttemptSummary } from "../../core/attempt.ts";
import { succeeded } from "../../core/attempt.ts";
import type { Delivery } from "../../core/delivery.ts";
import { AppError, type ExitCode, exitCodes } from "../../core/errors.ts";
import type { StoredBody } from "../../core/ports.ts";
import { resolveSelectors } from "../../core/selector.ts";
import { parseTarget, type Target, urlAtTarget } from "../../core/target.ts";
import { printable } from "../../core/text.ts";
import { redactHeaders } from "../../inspect/redact.ts";
import { attemptLine, deliveryLine, jsonLine } from "../../log/json.ts";
import { arrivalText, attemptText } from "../../log/lines.ts";
import type { Store } from "../../store/store.ts";
import { lastTargetKey } from "../../wiring/capture-protocol.ts";
import { parseCount, parseDuration } from "../arguments.ts";
import { type Context, readNamedFile } from "../context.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly to?: string;
  readonly times: number;
  readonly dryRun?: boolean;
  readonly timeout?: number;
  readonly insecure?: boolean;
  readonly cacert?: string;
}

export const replayCommand: CommandDefinition = {
  usage: "replay <deliveries...>",
  description: "send stored deliveries to the target again: the same bytes, header pairs, path and query",
  examples: [
    "hookspool replay latest",
    "hookspool replay 3..7 --to http://localhost:4000/api",
    "hookspool replay 12 --dry-run",
  ],
  define(command) {
    command
      .option("--to <target>", "where to (default: the delivery's last target)")
      .option("--times <n>", "send each this many times", parseCount, 1)
      .option("--dry-run", "show what would be sent, send nothing")
      .option("--timeout <duration>", "how long the handler may take (default: 30s)", parseDuration)
      .option("-k, --insecure", "take a local HTTPS target's own certificate")
      .option("--cacert <file>", "trust this certificate authority (PEM)");
  },
  run: (context, words) =>
    replay(context, words.arguments[0] as string[], words.options as unknown as Options),
};

async function replay(context: Context, names: readonly string[], options: Options): Promise<ExitCode> {
  const to = options.to === undefined ? undefined : parseTarget(options.to);
  return context.withStore(async (store) => {
    // All that can be wrong with what was asked for is found before anything is sent.
    const errands = resolveSelectors(names, store.reader).map((id) => errandFor(id, to, store));
    if (options.dryRun) {
      for (const errand of errands) await context.write(describe(errand, context));
      return exitCodes.done;
    }
    return send(context, store, errands, options);
  });
}

interface Errand {
  readonly delivery: Delivery;
  readonly body: StoredBody;
  readonly target: Target;
}

function errandFor(id: number, to: Target | undefined, store: Store): Errand {
  const delivery = store.reader.delivery(id);
  const body = store.reader.body(id);
  if (!delivery || !body || delivery.refusal === "body-too-large")
    throw new AppError(`the body of delivery ${id} was not kept`, {
      code: "E_NOT_KEPT",
      fault: "user",
      hint: "It was larger than --max-body allowed when it came.",
    });
  const last = delivery.lastTarget ?? store.recall(lastTargetKey);
  if (!to && last === undefined)
    throw new AppError(`delivery ${id} has never been sent anywhere`, {
      code: "E_NO_TARGET",
      fault: "user",
      hint: `Name a target: hookspool replay ${id} --to 3000`,
    });
  return { delivery, body, target: to ?? parseTarget(last ?? "") };
}

async function send(
  context: Context,
  store: Store,
  errands: readonly Errand[],
  options: Options,
): Promise<ExitCode> {
  const { createForwarder } = await import("../../spool/forward.ts");
  const { DEFAULT_TIMEOUT_MS } = await import("../../spool/pipeline.ts");
  const ca = options.cacert === undefined ? undefined : readNamedFile(options.cacert, "--cacert");
  const forwarder = createForwarder({ insecure: options.insecure, ca });
  let worst: ExitCode = exitCodes.done;
  try {
    for (const { delivery, body, target } of errands) {
      await context.write(
        context.json ? jsonLine(deliveryLine(delivery)) : arrivalText(delivery, context.style),
      );
      for (let time = 0; time < options.times; time += 1) {
        const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
        const made = await forwarder.forward({
          delivery: delivery.id,
          head: delivery,
          body,
          target,
          trigger: "replay",
          timeoutMs,
        });
        // Flushed, since no delivery comes whose commit it could ride on.
        const [attempt] = await Promise.all([store.writer.appendAttempt(made), store.writer.flush()]);
        await context.write(
          context.json ? jsonLine(attemptLine(attempt)) : attemptText(attempt, context.style),
        );
        worst = worse(worst, exitCodeOf(attempt));
      }
    }
  } finally {
    forwarder.close();
  }
  return worst;
}

function exitCodeOf(attempt: AttemptSummary): ExitCode {
  if (succeeded(attempt)) return exitCodes.done;
  if (attempt.outcome === "refused") return exitCodes.noConnection;
  return attempt.outcome === "timed-out" ? exitCodes.timedOut : exitCodes.answerIsNo;
}

/** Of several answers, the one that stands for all: no connection before too late before no. */
function worse(a: ExitCode, b: ExitCode): ExitCode {
  const order: readonly ExitCode[] = [
    exitCodes.noConnection,
    exitCodes.timedOut,
    exitCodes.answerIsNo,
    exitCodes.done,
  ];
  return order.find((code) => code === a || code === b) ?? a;
}

function describe({ delivery, body, target }: Errand, { json, style }: Context): string {
  const url = urlAtTarget(target, delivery.path);
  if (json) {
    const { id, method, headers } = delivery;
    return jsonLine({ v: 1, type: "request", delivery: id, method, url, headers, bytes: body.size });
  }
  const headers = redactHeaders(delivery.headers).map(
    ([name, value]) => `  ${printable(name)}: ${printable(value)}\n`,
  );
  return `${delivery.method} ${printable(style.path(url))}\n${headers.join("")}  (${body.size} bytes of body)\n`;
}
