import { createHash } from "node:crypto";
import type { NewAttempt } from "../../core/attempt.ts";
import type { Delivery } from "../../core/delivery.ts";
import { AppError, type ExitCode, exitCodes } from "../../core/errors.ts";
import type { HeaderPair } from "../../core/headers.ts";
import type { StoredBody } from "../../core/ports.ts";
import { resolveSelectors } from "../../core/selector.ts";
import { parseTarget, type Target, urlAtTarget } from "../../core/target.ts";
import { redactHeaders } from "../../inspect/redact.ts";
import { changedHeaders, type SendableRequest } from "../../inspect/resign.ts";
import { attemptLine, deliveryLine, jsonLine } from "../../log/json.ts";
import { arrivalText, attemptText, printable } from "../../log/lines.ts";
import type { Store } from "../../store/store.ts";
import { collect, collectHeader, parseCount, parseDuration } from "../arguments.ts";
import { exitCodeOf, worse } from "../attempt-exit-code.ts";
import { changedRequest } from "../changed-request.ts";
import { type Context, readNamedFile } from "../context.ts";
import { isToBeResigned } from "../resign-question.ts";
import type { CommandDefinition } from "./_command.ts";
import { lastTargetKey } from "./listen.ts";

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
  const changing = changesAsked(options);
  const resigns = await isToBeResigned({ resign: options.resign, changing });
  return context.withStore(async (store) => {
    // All that can be wrong with what was asked for is found before anything is sent.
    const errands: Errand[] = [];
    for (const id of resolveSelectors(names, store.reader)) {
      const errand = errandFor(id, to, store);
      errands.push(
        resigns || changing.length > 0
          ? { ...errand, changed: await changedRequest(errand, { ...options, resigns, context }) }
          : errand,
      );
    }
    if (options.dryRun) {
      for (const errand of errands) await context.write(describe(errand, context));
      return exitCodes.done;
    }
    return send(context, store, errands, options);
  });
}

function changesAsked({ set, header, edit }: Options): string[] {
  return [set && "--set", header && "--header", edit && "--edit"].filter((flag) => typeof flag === "string");
}

interface Errand {
  readonly delivery: Delivery;
  readonly body: StoredBody;
  readonly target: Target;
  /** What is sent in the place of what was stored, made at this moment (ms since the epoch). */
  readonly changed?: (now: number) => SendableRequest;
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
    for (const { delivery, body, target, changed } of errands) {
      await context.write(
        context.json ? jsonLine(deliveryLine(delivery)) : arrivalText(delivery, context.style),
      );
      for (let time = 0; time < options.times; time += 1) {
        const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
        const request = changed?.(Date.now());
        const made = await forwarder.forward({
          delivery: delivery.id,
          head: request ? { ...delivery, headers: request.headers, path: request.path } : delivery,
          body: request ? inMemory(request.body) : body,
          target,
          trigger: "replay",
          timeoutMs,
        });
        const attempt = await store.writer.appendAttempt(request ? onRecord(made, delivery, request) : made);
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

/** The attempt says what was sent otherwise than it is stored. */
function onRecord(made: NewAttempt, delivery: Delivery, { headers, body }: SendableRequest): NewAttempt {
  const digest = createHash("sha256").update(body).digest("hex");
  return {
    ...made,
    changes: {
      ...made.changes,
      set: [...changedHeaders(delivery.headers, headers), ...made.changes.set],
      ...(digest === delivery.digest ? {} : { body: digest }),
    },
  };
}

const inMemory = (bytes: Uint8Array): StoredBody => ({
  size: bytes.byteLength,
  bytes: () => bytes,
  async *stream() {
    yield bytes;
  },
});

function describe({ delivery, body, target, changed }: Errand, { json, style }: Context): string {
  const request = changed?.(Date.now()) ?? delivery;
  const size = "body" in request ? request.body.byteLength : body.size;
  const url = urlAtTarget(target, request.path);
  if (json) {
    const { id, method } = delivery;
    return jsonLine({
      v: 1,
      type: "request",
      delivery: id,
      method,
      url,
      headers: request.headers,
      bytes: size,
    });
  }
  const headers = redactHeaders(request.headers).map(
    ([name, value]) => `  ${printable(name)}: ${printable(value)}\n`,
  );
  return `${delivery.method} ${printable(style.path(url))}\n${headers.join("")}  (${size} bytes of body)\n`;
}
