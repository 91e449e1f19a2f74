import { readFileSync } from "node:fs";
import { AppError, type ExitCode, exitCodes } from "../core/errors.ts";
import type { HeaderPair, HeaderPairs } from "../core/headers.ts";
import { resolveSelector } from "../core/selector.ts";
import { localTime, printable } from "../core/text.ts";
import { parseHttpMessage } from "../formats/_http-message.ts";
import { jsonLine } from "../log/json.ts";
import { verdictText } from "../log/lines.ts";
import { createJudge, type Judgement } from "../wiring/judgement.ts";
import { signatureFacts } from "../wiring/signature-facts.ts";
import { type Context, readNamedBytes } from "./context.ts";
import { LABEL_WIDTH, outputColumns, renderSections } from "./layout.ts";

export interface VerifyOptions {
  readonly file?: string;
  readonly provider?: string;
  readonly scheme?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
}

/** A delivery from wherever it was taken. */
interface Subject {
  /** Its number, where it has one. */
  readonly id: number | null;
  readonly method: string | null;
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
  /** Milliseconds since the epoch; `null` where nothing says it. */
  readonly receivedAt: number | null;
  /** As whose it was taken; `null` where that is to be told. */
  readonly provider: string | null;
}

/**
 * Judges a stored delivery, a file or stdin; what it resolves to is the exit code.
 *
 * @throws {AppError} E_USAGE, E_NO_DELIVERY, E_NOT_KEPT, E_FILE, E_BAD_MESSAGE, E_NO_PROVIDER, E_BAD_INPUT
 */
export async function verify(
  context: Context,
  word: string | undefined,
  options: VerifyOptions,
): Promise<ExitCode> {
  const subject = await subjectOf(context, word, options);
  const judge = createJudge(context.dir, process.env, (url) =>
    context.talk(`Fetching public keys from ${url}\n`),
  );
  const judgedAt = options.at ?? subject.receivedAt ?? Date.now();
  const judgement = await judge({
    request: { headers: subject.headers, body: subject.body, url: subject.path, receivedAt: judgedAt },
    provider: options.provider ?? subject.provider ?? undefined,
    scheme: options.scheme,
  });
  const since = options.at === undefined ? (subject.receivedAt === null ? "now" : "arrival") : "given";
  await context.write(
    context.json
      ? jsonLine(verificationLine(subject, judgement, judgedAt))
      : page(subject, judgement, { judgedAt, since }, context),
  );
  return judgement.verification.verdict === "verified" ? exitCodes.done : exitCodes.answerIsNo;
}

async function subjectOf(
  context: Context,
  word: string | undefined,
  { file }: VerifyOptions,
): Promise<Subject> {
  if (word !== undefined && word !== "-" && file !== undefined)
    throw usageError("both a delivery and a file are named");
  if (word === "-" || file === "-") return parseSubject(readFileSync(0));
  if (file !== undefined) return parseSubject(readNamedBytes(file, "--file"));
  if (word === undefined) throw usageError("nothing is named that could be verified");
  return context.withStore(({ reader }) => {
    const id = resolveSelector(word, reader);
    const delivery = reader.delivery(id);
    const body = reader.body(id);
    if (!delivery || !body || delivery.refusal === "body-too-large")
      throw new AppError(`the body of delivery ${id} was not kept`, {
        code: "E_NOT_KEPT",
        fault: "user",
        hint: "Without its body a signature cannot be checked.",
      });
    return { ...delivery, body: body.bytes() };
  });
}

/** @throws {AppError} E_BAD_MESSAGE */
function parseSubject(bytes: Uint8Array): Subject {
  if (/^\s*\{/.test(Buffer.from(bytes.subarray(0, 100)).toString())) return parseShown(bytes);
  const { request, headers, body } = parseHttpMessage(bytes);
  const { method = null, path = "/" } = request ?? {};
  return { id: null, method, path, headers, body, receivedAt: null, provider: null };
}

/** The JSON line of `hookspool show --json`. */
function parseShown(bytes: Uint8Array): Subject {
  try {
    const { id, method, path, headers, body, receivedAt, provider } = JSON.parse(
      Buffer.from(bytes).toString(),
    );
    const pairs = (headers as unknown[]).map((pair): HeaderPair => {
      if (!Array.isArray(pair) || typeof pair[0] !== "string" || typeof pair[1] !== "string")
        throw new Error();
      return [pair[0], pair[1]];
    });
    const arrival = Date.parse(receivedAt);
    return {
      id: Number.isSafeInteger(id) ? id : null,
      method: typeof method === "string" ? method : null,
      path: typeof path === "string" ? path : "/",
      headers: pairs,
      body: Buffer.from(body.data, body.encoding === "base64" ? "base64" : "utf8"),
      receivedAt: Number.isNaN(arrival) ? null : arrival,
      provider: typeof provider === "string" ? provider : null,
    };
  } catch (error) {
    throw new AppError("the JSON is not a delivery as show --json prints it", {
      code: "E_BAD_MESSAGE",
      fault: "user",
      hint: "It has headers as pairs, and a body with encoding and data.",
      cause: error,
    });
  }
}

function verificationLine({ id }: Subject, judgement: Judgement, judgedAt: number) {
  const { provider, verification, choice, signatureHeader, expected, received, timestamp } = judgement;
  const { signed = null, signedBytes = null } = signatureFacts(judgement) ?? {};
  return {
    v: 1,
    type: "verification",
    delivery: id,
    provider: provider?.id ?? null,
    scheme: choice?.scheme ?? null,
    ...verification,
    judgedAt: new Date(judgedAt).toISOString(),
    signedAt: timestamp === null ? null : isoOf(timestamp * 1000),
    signed: signed === null ? null : { bytes: signedBytes, start: signed },
    signatureHeader,
    expected,
    received,
  } as const;
}

/** A sender may give any number for a time. */
const isoOf = (ms: number) => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null);

interface Moment {
  readonly judgedAt: number;
  readonly since: "arrival" | "given" | "now";
}

function page(
  { id, method, path }: Subject,
  judgement: Judgement,
  { judgedAt, since }: Moment,
  { tones, style }: Context,
): string {
  const { provider, verification } = judgement;
  const facts = signatureFacts(judgement);
  const when = {
    arrival: "when it arrived",
    given: "as you asked",
    now: "now: nothing says when it arrived, so its age is judged against this moment",
  }[since];
  const about =
    verification.reason === null ? verification.verdict : `${verification.verdict} (${verification.reason})`;
  const shown = (text: string | null | undefined) =>
    typeof text !== "string"
      ? []
      : pieces(printable(text), outputColumns() - LABEL_WIDTH).map((piece) => ({ text: piece }));
  const title = [id === null ? "" : tones.strong(`#${id}`), method, printable(style.path(path))].filter(
    Boolean,
  );
  const sections = [
    {
      label: "Verdict",
      paragraphs: [
        { text: verdictText(verification, tones) ?? about },
        { text: printable(verification.explanation) },
      ],
    },
    {
      label: "Provider",
      paragraphs: [{ text: provider ? `${provider.name} (${provider.id})` : "not recognised" }],
    },
    { label: "Scheme", paragraphs: facts ? [{ text: `${facts.scheme}.`, hang: 2 }] : [] },
    { label: "Judged", paragraphs: [{ text: `${localTime(judgedAt)}, ${when}` }] },
    {
      label: "Signed",
      paragraphs:
        typeof facts?.signed === "string"
          ? [
              ...shown(facts.signed + (facts.isSignedCut ? "…" : "")),
              { text: `${facts.signedBytes} bytes in all`, style: tones.dim },
            ]
          : [],
    },
    { label: "Expected", paragraphs: shown(facts?.expected) },
    { label: "Received", paragraphs: shown(facts?.received) },
  ];
  return `${title.join(" ")}\n\n${renderSections(sections, { width: outputColumns(), label: tones.accent })}`;
}

/** Cut wherever a line ends: what was signed has no words. */
function pieces(text: string, length: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += length) lines.push(text.slice(at, at + length));
  return lines;
}

function usageError(message: string): AppError {
  return new AppError(message, {
    code: "E_USAGE",
    fault: "user",
    hint: 'Name a delivery ("hookspool verify latest"), or a file with --file, or - for stdin.',
  });
}
