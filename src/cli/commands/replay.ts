import type { Delivery } from "../../core/delivery.ts";
import { AppError, type ExitCode, exitCodes } from "../../core/errors.ts";
import type { HeaderPair } from "../../core/headers.ts";
import { resolveSelectors } from "../../core/selector.ts";
import { parseTarget, type Target, urlAtTarget } from "../../core/target.ts";
import { printable } from "../../core/text.ts";
import { redactHeaders } from "../../inspect/redact.ts";
import { attemptLine, deliveryLine, jsonLine } from "../../log/json.ts";
import { arrivalText, attemptText } from "../../log/lines.ts";
import { createForwarder } from "../../spool/forward.ts";
import { DEFAULT_TIMEOUT_MS } from "../../spool/pipeline.ts";
import type { Store } from "../../store/store.ts";
import { lastTargetKey } from "../../wiring/capture-protocol.ts";
import { collect, collectHeader, parseCount, parseDuration } from "../arguments.ts";
import { exitCodeOf, worse } from "../attempt-exit-code.ts";
import type { Sending } from "../changed-request.ts";
import { type Context, readNamedFile } from "../context.ts";
import { isToBeResigned } from "../resign-question.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly to?: string;
  readonly resign?: boolean;
  readonly set?: readonly string[];
  readonly header?: readonly HeaderPair[];
  readonly edit?: boolean;
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
    "hookspool replay 12 --resign",
    "hookspool replay latest --set status=failed --resign",
    "hookspool replay 12 --edit --no-resign --dry-run",
  ],
  define(command) {
    command
      .option("--to <target>", "where to (default: the delivery's last target)")
      .option("--resign", "with a fresh timestamp and signature, and nothing else changed")
      .option("--no-resign", "with the old signature, though the payload is changed")
      .option("--set <path=value>", "change the payload (repeatable)", collect)
      .option("--header <name: value>", "set a header (repeatable)", collectHeader)
      .option("--edit", "change the payload in $VISUAL or $EDITOR")
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
  const change = await changeAsked(context, options);
  return context.withStore(async (store) => {
    // All that can be wrong with what was asked for is found before anything is sent.
    const errands: Errand[] = [];
    for (const id of resolveSelectors(names, store.reader)) {
      const errand = errandFor(id, to, store);
      errands.push(change ? { ...errand, at: await change(errand) } : errand);
    }
    if (options.dryRun) {
      for (const errand of errands) await context.write(describe(errand, context));
      return exitCodes.done;
    }
    return send(context, store, errands, options);
  });
}

/** How what is stored is to be changed; `undefined` where it is sent as it is. */
async function changeAsked(context: Context, { resign, ...changes }: Options) {
  const { set, header, edit } = changes;
  const changing = [set && "--set", header && "--header", edit && "--edit"].filter(
    (flag) => typeof flag === "string",
  );
  if (changing.length === 0 && !resign) return undefined;
  const { changedRequest } = await import("../changed-request.ts");
  const resigns = await isToBeResigned({ resign, changing });
  return ({ delivery, at }: Errand) => changedRequest(delivery, at(0).body, { ...changes, resigns, context });
}

interface Errand {
  readonly delivery: Delivery;
  readonly target: Target;
  /** What is sent at this moment (ms since the epoch). */
  at(now: number): Sending;
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
  const asItIs: Sending = { head: delivery, body, onRecord: (made) => made };
  return { delivery, target: to ?? parseTarget(last ?? ""), at: () => asItIs };
}

async function send(
  context: Context,
  store: Store,
  errands: readonly Errand[],
  options: Options,
): Promise<ExitCode> {
  const ca = options.cacert === undefined ? undefined : readNamedFile(options.cacert, "--cacert");
  const forwarder = createForwarder({ insecure: options.insecure, ca });
  const outputs = await outputsOf(errands);
  let worst: ExitCode = exitCodes.done;
  try {
    for (const { delivery, target, at } of errands) {
      await context.write(
        context.json ? jsonLine(deliveryLine(delivery)) : arrivalText(delivery, context.style),
      );
      for (let time = 0; time < options.times; time += 1) {
        const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
        const { head, body, onRecord } = at(Date.now());
        const made = await forwarder.forward({
          delivery: delivery.id,
          head,
          body,
          target,
          trigger: "replay",
          timeoutMs,
        });
        // Flushed, since no delivery comes whose commit it could ride on.
        const written = store.writer.appendAttempt(onRecord(made));
        const [attempt] = await Promise.all([written, store.writer.flush()]);
        await context.write(
          context.json ? jsonLine(attemptLine(attempt)) : attemptText(attempt, context.style),
        );
        worst = worse(worst, exitCodeOf(attempt));
      }
    }
  } finally {
    forwarder.close();
    await outputs?.close();
  }
  return worst;
}

/** What was forged has outputs that only hookspool serves. */
async function outputsOf(errands: readonly Errand[]) {
  const forged = errands.filter(({ delivery }) => delivery.origin === "forged");
  if (forged.length === 0) return undefined;
  const { serveOutputsOf } = await import("../served-outputs.ts");
  return serveOutputsOf(forged.map(({ at }) => at(Date.now()).body));
}

function describe({ delivery, target, at }: Errand, { json, style }: Context): string {
  const { head, body } = at(Date.now());
  const url = urlAtTarget(target, head.path);
  if (json) {
    const { id, method } = delivery;
    return jsonLine({
      v: 1,
      type: "request",
      delivery: id,
      method,
      url,
      headers: head.headers,
      bytes: body.size,
    });
  }
  const headers = redactHeaders(head.headers).map(
    ([name, value]) => `  ${printable(name)}: ${printable(value)}\n`,
  );
  return `${delivery.method} ${printable(style.path(url))}\n${headers.join("")}  (${body.size} bytes of body)\n`;
}
