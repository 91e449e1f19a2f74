import { setTimeout as wait } from "node:timers/promises";
import { type ExitCode, exitCodes } from "../../core/errors.ts";
import type { HeaderPair } from "../../core/headers.ts";
import { resolveSelectors } from "../../core/selector.ts";
import { parseTarget, type Target, urlAtTarget } from "../../core/target.ts";
import { printable } from "../../core/text.ts";
import { redactHeaders } from "../../inspect/redact.ts";
import { deliveryLine, jsonLine, noticeLine } from "../../log/json.ts";
import { arrivalText, noticeText } from "../../log/lines.ts";
import type { Store } from "../../store/store.ts";
import { lastTargetOf } from "../../wiring/last-target.ts";
import { createReplayer } from "../../wiring/replayer.ts";
import { asStored, type Sending } from "../../wiring/sending.ts";
import { collect, collectHeader, parseCount, parseDuration } from "../arguments.ts";
import { exitCodeOf, worse } from "../attempt-exit-code.ts";
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
  return ({ at }: Errand) => changedRequest(at(0), { ...changes, resigns, context });
}

interface Errand {
  readonly target: Target;
  /** What is sent at this moment (ms since the epoch). */
  at(now: number): Sending;
}

function errandFor(id: number, to: Target | undefined, store: Store): Errand {
  const sending = asStored(id, store.reader);
  return { target: to ?? lastTargetOf(sending.delivery, store), at: () => sending };
}

async function send(
  context: Context,
  store: Store,
  errands: readonly Errand[],
  options: Options,
): Promise<ExitCode> {
  const { json, style, write } = context;
  const replayer = createReplayer({
    store,
    asking: {
      timeoutMs: options.timeout,
      insecure: options.insecure ?? false,
      ca: options.cacert === undefined ? undefined : readNamedFile(options.cacert, "--cacert"),
    },
    observer: (notice) => write(json ? jsonLine(noticeLine(notice)) : noticeText(notice, style)),
  });
  const outputs = await outputsOf(errands);
  let worst: ExitCode = exitCodes.done;
  try {
    for (const { target, at } of errands) {
      const { delivery } = at(Date.now());
      await write(json ? jsonLine(deliveryLine(delivery)) : arrivalText(delivery, style));
      for (let time = 0; time < options.times; time += 1)
        worst = worse(worst, exitCodeOf(await replayer.send(at(Date.now()), target)));
    }
  } finally {
    await replayer.stop();
    await outputs?.close();
  }
  return worst;
}

/** What was forged has outputs that only hookspool serves. */
async function outputsOf(errands: readonly Errand[]) {
  const sendings = errands.map(({ at }) => at(Date.now()));
  const forged = sendings.filter(({ delivery }) => delivery.origin === "forged");
  if (forged.length === 0) return undefined;
  const { createOutputs, KEEP_SERVING_MS } = await import("../../wiring/outputs.ts");
  const outputs = createOutputs();
  const isServing = await outputs.serveAgain(forged.map(({ body }) => body));
  return {
    async close() {
      if (isServing) await wait(KEEP_SERVING_MS);
      await outputs.close();
    },
  };
}

function describe({ target, at }: Errand, { json, style }: Context): string {
  const { delivery, head, body } = at(Date.now());
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
