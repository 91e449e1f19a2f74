import type { Attempt, HandlerResponse } from "../../core/attempt.ts";
import type { Delivery } from "../../core/delivery.ts";
import { AppError } from "../../core/errors.ts";
import type { HeaderPairs } from "../../core/headers.ts";
import type { StoredBody } from "../../core/ports.ts";
import { resolveSelector } from "../../core/selector.ts";
import { byteText, eventText, localTime, msText, printable } from "../../core/text.ts";
import { asText, hexRows } from "../../inspect/dump.ts";
import { redactHeaders } from "../../inspect/redact.ts";
import { jsonLine, showLine } from "../../log/json.ts";
import type { LineStyle } from "../../log/lines.ts";
import type { Context } from "../context.ts";
import { forgottenMeanwhile } from "../forgotten-meanwhile.ts";
import type { CommandDefinition } from "./_command.ts";

interface Options {
  readonly raw?: boolean;
  readonly reveal?: boolean;
}

/** More of a body than this is not for reading on a terminal. */
const SHOWN_BODY_BYTES = 64 * 1024;

/** What fits into one JSON string with room to spare. */
const JSON_BODY_BYTES = 128 * 1024 * 1024;

export const showCommand: CommandDefinition = {
  usage: "show <delivery>",
  description: "show one delivery: headers, body, verdict, attempts with the handler's answers",
  examples: [
    "hookspool show latest",
    "hookspool show 12 --raw > body.json",
    "hookspool show latest~2 --json | jq .headers",
  ],
  define(command) {
    command
      .option("--raw", "write exactly the body's bytes, nothing else")
      .option("--reveal", "show signatures, tokens and cookies unmasked");
  },
  run: (context, words) => show(context, words.arguments[0] as string, words.options as Options),
};

async function show(context: Context, word: string, { raw, reveal }: Options): Promise<undefined> {
  await context.withStore(async ({ reader }) => {
    const id = resolveSelector(word, reader);
    const delivery = reader.delivery(id);
    const body = reader.body(id);
    if (!delivery || !body) throw forgottenMeanwhile(id);
    if (raw) {
      for await (const chunk of body.stream()) await context.write(chunk);
    } else if (context.json) {
      if (body.size > JSON_BODY_BYTES) throw tooLargeForJson(id);
      const line = showLine(delivery, body.bytes(), reader.attempts(id));
      await context.write(jsonLine({ ...line, clientAddressListed: await isListed(delivery) }));
    } else {
      const style = reveal ? { ...context.style, path: (path: string) => path } : context.style;
      const headers = reveal ? (pairs: HeaderPairs) => pairs : redactHeaders;
      const sender = await senderText(delivery);
      await context.write(page(delivery, body, reader.attempts(id), { style, headers, sender }));
    }
  });
  return undefined;
}

/** Whether the sender's address is among those that the provider names; `null` where that cannot be said. */
async function isListed({ clientAddress, provider }: Delivery): Promise<boolean | null> {
  if (!clientAddress || provider === null) return null;
  const [{ findProvider }, { isListedSource }] = await Promise.all([
    import("../../providers/_find.ts"),
    import("../../inspect/source-address.ts"),
  ]);
  return isListedSource(clientAddress, findProvider(provider)?.sourceAddresses ?? []);
}

async function senderText(delivery: Delivery): Promise<string | undefined> {
  const { clientAddress, provider } = delivery;
  if (!clientAddress) return undefined;
  const { listedSourceText } = await import("../../inspect/source-address.ts");
  const listed = listedSourceText(await isListed(delivery), provider);
  return [`sent from ${printable(clientAddress)}`, "the tunnel says", listed].filter(Boolean).join(", ");
}

interface PageStyle {
  readonly style: LineStyle;
  readonly headers: (pairs: HeaderPairs) => HeaderPairs;
  readonly sender?: string | undefined;
}

function page(
  delivery: Delivery,
  body: StoredBody,
  attempts: readonly Attempt[],
  { style, headers, sender }: PageStyle,
): string {
  const { tones, path } = style;
  const { withheld = [] } = delivery;
  const { provider, job, duplicateOf, refusal } = delivery;
  const about = [
    provider,
    eventText(delivery.event, delivery.eventName),
    job && `job ${printable(job)}`,
    duplicateOf !== null && `again, first #${duplicateOf}`,
  ].filter(Boolean);
  const lines = [
    `${tones.strong(`#${delivery.id}`)}  ${delivery.method} ${printable(path(delivery.path))}`,
    `${delivery.origin} ${localTime(delivery.receivedAt)} from ${delivery.peer ?? "an unknown peer"}, HTTP/${delivery.httpVersion}`,
    ...(sender === undefined ? [] : [sender]),
    ...(withheld.length === 0
      ? []
      : [`withheld: ${withheld.map(printable).join(", ")} (the endpoint's own credential)`]),
    ...(about.length > 0 ? [about.join("  ")] : []),
    `signature ${delivery.verdict}${delivery.reason ? ` (${delivery.reason})` : ""}: ${delivery.explanation}`,
    ...(refusal ? [tones.bad(`turned away: ${refusal}`)] : []),
    ...(delivery.owed
      ? [
          tones.warn(
            `owed: no handler has answered with a 2xx${delivery.givenUp ? ", given up" : ""}. hookspool redeliver ${delivery.id}`,
          ),
        ]
      : []),
    ...(delivery.settledBy === null ? [] : [`settled by #${delivery.settledBy}, the same event`]),
    "",
    tones.underlined("Headers"),
    ...headers(delivery.headers).map((pair) => headerText(pair, tones.accent)),
    "",
    `${tones.underlined("Body")}  ${byteText(body.size)}, sha256 ${delivery.digest}`,
    ...bodyLines(body),
    "",
    tones.underlined("Attempts"),
    ...(attempts.length === 0
      ? ["  none yet"]
      : attempts.flatMap((attempt) => attemptLines(attempt, { style, headers }))),
  ];
  return `${lines.join("\n")}\n`;
}

const headerText = ([name, value]: readonly [string, string], colour: (text: string) => string) =>
  `  ${colour(printable(name))}: ${printable(value)}`;

function attemptLines(attempt: Attempt, { style, headers }: PageStyle): string[] {
  const { tones, path } = style;
  const { response, changes } = attempt;
  const answer = response
    ? `${response.status} ${printable(response.statusText)}`
    : `${attempt.outcome}: ${attempt.problem}`;
  const changed = [
    ...changes.removed.map((name) => `-${printable(name)}`),
    ...headers(changes.set).map(([name, value]) => `${printable(name)}: ${printable(value)}`),
    ...(changes.body === undefined ? [] : [`another body, sha256 ${changes.body}`]),
  ];
  return [
    `  ${attempt.number}  ${attempt.trigger}  ${printable(path(attempt.target))}  ${tones.strong(answer)}  ${msText(attempt.ms)}`,
    tones.dim(`     changed on the way: ${changed.join(", ")}`),
    ...(response ? responseLines(response, headers, tones.dim) : []),
  ];
}

function responseLines(
  response: HandlerResponse,
  headers: PageStyle["headers"],
  dim: (text: string) => string,
): string[] {
  const kept = { size: response.bytes, bytes: () => response.body };
  return [
    ...headers(response.headers).map((pair) => `   ${headerText(pair, dim)}`),
    ...(response.bytes > 0 ? bodyLines(kept).map((line) => `   ${line}`) : []),
  ];
}

function bodyLines({ size, bytes }: Pick<StoredBody, "size" | "bytes">): string[] {
  if (size === 0) return ["  empty"];
  if (size > JSON_BODY_BYTES) return [`  too large to show: "hookspool show --raw" writes it out`];
  const start = bytes().subarray(0, SHOWN_BODY_BYTES);
  const text = asText(start);
  const lines =
    text === undefined
      ? hexRows(start.subarray(0, 512)).map(({ offset, hex, text }) => `  ${offset}  ${hex}  ${text}`)
      : text.split("\n").map((line) => `  ${printable(line)}`);
  const more = text === undefined ? size > 512 : size > SHOWN_BODY_BYTES;
  return more ? [...lines, `  … ${byteText(size)} in all: "hookspool show --raw" writes it out`] : lines;
}

function tooLargeForJson(id: number): AppError {
  return new AppError(`the body of delivery ${id} is too large for a JSON string`, {
    code: "E_TOO_LARGE",
    fault: "user",
    hint: `Run "hookspool show ${id} --raw" for its bytes.`,
  });
}
